"""What can be wrong with the database; importable where the embedded server is not (Windows)."""


class EmbeddedServerError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the message says why, in Portuguese."""

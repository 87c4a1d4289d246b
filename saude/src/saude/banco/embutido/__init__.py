"""Django database backend on the embedded PostgreSQL."""

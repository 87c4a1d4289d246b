"""The door of the site: waitress, with limits that hold while a request is read (ADR 0030)."""

"""Reference tables: closed lists shipped with the library, and the port to the open monthly ones."""

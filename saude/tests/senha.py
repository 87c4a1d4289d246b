"""The password of the users that tests make."""

SENHA = "posto-de-saude-1"

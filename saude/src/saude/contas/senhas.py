from django.core.exceptions import ValidationError


class LettersAndDigitsValidator:
    """A password has letters and digits (the floor of the PEC)."""

    def validate(self, password: str, user: object | None = None) -> None:
        if not any(c.isalpha() for c in password) or not any(c.isdigit() for c in password):
            raise ValidationError(self.get_help_text(), code="password_letters_digits")

    def get_help_text(self) -> str:
        return "A senha deve ter letras e números."

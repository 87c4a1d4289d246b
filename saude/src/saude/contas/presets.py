from typing import Any

from django import forms

from saude.acesso.permissoes import PRESETS


class PresetSelect(forms.Select):
    """A select whose options say which permissions they tick (`data-valores`)."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in PRESETS:
            option["attrs"]["data-valores"] = " ".join(PRESETS[str(value)])
        return option

"""The pictures of the manual are made small without becoming other pictures."""

import importlib.util
import io
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image, ImageChops, ImageDraw

FIGURAS = Path(__file__).parents[3] / "docs" / "figuras.py"


@pytest.fixture(scope="module")
def figuras() -> ModuleType:
    spec = importlib.util.spec_from_file_location("figuras", FIGURAS)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "png")
    return file.getvalue()


def _page(width: int, height: int) -> Image.Image:
    """White, a bar of the government's blue, and a strip of more colours than a palette holds."""
    page = Image.new("RGBA", (width, height), (255, 255, 255, 255))
    page.paste((19, 81, 180, 255), (0, 0, width, 40))
    strip = Image.linear_gradient("L").resize((width, 20))
    page.paste(
        Image.merge("RGBA", (strip, strip.transpose(0), strip, Image.new("L", strip.size, 255))), (0, 60)
    )
    ImageDraw.Draw(page).text((10, 100), "Saúde", fill=(51, 51, 51))
    return page


def test_the_same_picture_with_a_palette(figuras: ModuleType) -> None:
    page = _page(320, 200)
    page.putpixel((5, 150), (1, 2, 3, 255))
    small = Image.open(io.BytesIO(figuras.shrink(_png(page))))
    assert (small.size, small.mode) == (page.size, "P")
    assert small.convert("RGB").getpixel((1, 1)) == (19, 81, 180)
    assert small.convert("RGB").getpixel((1, 190)) == (255, 255, 255)
    difference = ImageChops.difference(small.convert("RGB"), page.convert("RGB"))
    assert max(high for _, high in difference.getextrema()) <= 24


def test_a_picture_of_few_colours_stays_exact(figuras: ModuleType) -> None:
    page = Image.new("RGB", (50, 20), (255, 255, 255))
    page.paste((19, 81, 180), (0, 0, 25, 20))
    page.paste((18, 81, 180), (25, 0, 30, 20))
    assert Image.open(io.BytesIO(figuras.shrink(_png(page)))).convert("RGB").tobytes() == page.tobytes()

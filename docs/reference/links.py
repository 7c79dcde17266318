"""Links of the pages to files outside docs/, which are no pages: there only the file is named."""

import posixpath
import re
from typing import Any

LINK = re.compile(r"\[([^]]*)\]\((\.\./[^)\s]*)\)")


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Return a page's text as mkdocs is to read it."""
    folder = posixpath.dirname(page.file.src_uri)

    def named(link: re.Match[str]) -> str:
        place = posixpath.normpath(posixpath.join(folder, link[2]))
        return f"{link[1]} (`{place.removeprefix('../')}`)" if place.startswith("../") else link[0]

    return LINK.sub(named, markdown)

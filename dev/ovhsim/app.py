"""What the log host answers."""

from __future__ import annotations

from urllib.parse import quote

from dev.ovhsim import access, answers
from dev.ovhsim.answers import Answer
from dev.ovhsim.asked import Asked
from dev.ovhsim.faults import Fault
from dev.ovhsim.options import Options
from dev.ovhsim.pages import page
from dev.ovhsim.tokens import Tokens
from dev.ovhsim.tree import Folder, Tree


class App:
    """Answers requests; one instance per host."""

    def __init__(self, tree: Tree, options: Options, tokens: Tokens) -> None:
        self._tree = tree
        self._options = options
        self._tokens = tokens

    def answer(self, asked: Asked, _body: bytes, fault: Fault | None) -> Answer:
        """The answer to a request; to be closed."""
        fqdn = asked.path.removeprefix("/").partition("/")[0]
        refused = access.refusal(asked, fqdn, self._options, self._tokens, self._tree.fqdns())
        if refused:
            return answers.text(refused[0], "<h1>No access</h1>", refused[1])
        if asked.method not in ("GET", "HEAD"):
            return answers.text(405, "<h1>Method Not Allowed</h1>", {"allow": "GET, HEAD"})
        moved = access.without_token(asked, fqdn) if self._options.token_redirect else None
        if moved:
            return answers.text(302, "<h1>Found</h1>", {"location": moved[0], "set-cookie": moved[1]})
        # Apache refuses an encoded slash unless told otherwise.
        found = None if "%2f" in asked.raw.lower() else self._tree.find(asked.path)
        if found is None:
            return answers.text(404, "<h1>Not Found</h1>")
        if isinstance(found, Folder):
            return self._folder(asked, found)
        return answers.file_answer(found, asked.method, asked.headers, self._options, fault)

    def _folder(self, asked: Asked, folder: Folder) -> Answer:
        if not asked.path.endswith("/"):
            query = f"?{asked.query}" if asked.query else ""
            return answers.text(301, "<h1>Moved Permanently</h1>", {"location": quote(asked.path) + "/" + query})
        if self._options.index == "off":
            return answers.text(403, "<h1>Forbidden</h1>")
        return answers.text(200, page(asked.path, asked.query, folder, self._options))

"""What the API says when it does not do as asked, in the older and the newer shape of its errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from dev.ovhsim.faults import Fault

Style = Literal["class", "code"]

_CLASSES = {
    400: "Client::BadRequest",
    401: "Client::Unauthorized",
    403: "Client::Forbidden",
    404: "Client::NotFound",
    405: "Client::MethodNotAllowed",
    429: "Client::TooManyRequests",
    500: "Server::InternalServerError",
    502: "Server::BadGateway",
    503: "Server::ServiceUnavailable",
    504: "Server::GatewayTimeout",
}


class Refused(Exception):
    """A refusal.

    Args:
        status: The HTTP status.
        code: Its ``errorCode`` in the older shape; empty for what is only known in the newer one.
        message: What is said.
        details: More of the newer shape.
        headers: Of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self._code = code
        self._message = message
        self._details = details

    def document(self, style: Style) -> dict[str, Any]:
        """The body of the answer."""
        if style == "code" and self._code:
            status = f"{self.status} {HTTPStatus(self.status).phrase}"
            return {"errorCode": self._code, "httpCode": status, "message": self._message}
        details = {"details": dict(self._details)} if self._details else {}
        return {"class": _CLASSES[self.status], "message": self._message, **details}


def no_login() -> Refused:
    """Nobody says who calls."""
    return Refused(401, "", "You must login first")


def dead_access_token() -> Refused:
    """An OAuth2 access token that is unknown or has expired; its text is a guess."""
    return Refused(401, "", "This access token is not valid")


def unknown_application() -> Refused:
    """No active application has this key."""
    return Refused(403, "INVALID_KEY", "This application key is invalid")


def unknown_credential() -> Refused:
    """The application has no such consumer key."""
    return Refused(403, "NOT_CREDENTIAL", "This credential does not exist")


def dead_credential() -> Refused:
    """A consumer key that is expired, refused or not yet validated."""
    return Refused(403, "INVALID_CREDENTIAL", "This credential is not valid")


def out_of_time() -> Refused:
    """The timestamp is too far off."""
    return Refused(400, "QUERY_TIME_OUT", "Query out of time")


def wrong_signature() -> Refused:
    """The signature is of another request, secret or moment."""
    return Refused(400, "INVALID_SIGNATURE", "Invalid signature")


def foreign_address() -> Refused:
    """The consumer key does not serve the client's address; its text is a guess."""
    return Refused(403, "FORBIDDEN", "This credential is not allowed from this address")


def not_granted() -> Refused:
    """No rule of the consumer key covers the call."""
    return Refused(403, "NOT_GRANTED_CALL", "This call has not been granted")


def not_granted_by_iam(action: str) -> Refused:
    """IAM does not grant the action to the service account."""
    details = {"unauthorizedActionsByAuthentication": "", "unauthorizedActionsByIAM": action}
    return Refused(403, "", "User not granted for this request", details=details)


def no_service() -> Refused:
    """The account has no such service."""
    return Refused(404, "NOT_FOUND", "This service does not exist")


def no_object(name: str, value: object) -> Refused:
    """The service has no such thing."""
    return Refused(404, "NOT_FOUND", f"The requested object ({name} = {value}) does not exist")


def no_call() -> Refused:
    """The API has no such path."""
    return Refused(404, "INVALID_URL", "Got an invalid (or empty) URL")


def no_method(allowed: str) -> Refused:
    """The path has no such method."""
    return Refused(405, "METHOD_NOT_ALLOWED", "Method not allowed", headers={"allow": allowed})


def bad_request(message: str) -> Refused:
    """What was sent is not what the call takes."""
    return Refused(400, "INVALID_ARGUMENT", message)


def backend_trouble(status: int = 503, style: Style = "class", **more: Any) -> Fault:
    """A fault that answers with an error of the server in JSON; ``more`` are attributes of ``Fault``."""
    refused = Refused(status, HTTPStatus(status).name, f"{HTTPStatus(status).phrase}, try again later")
    body = json.dumps(refused.document(style))
    return Fault("status", status=status, body=body, content_type="application/json", **more)

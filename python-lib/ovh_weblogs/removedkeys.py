"""Parameters that are removed from URLs and referrers: a log passes them on to everybody who reads it."""

from __future__ import annotations

SESSION_KEYS = (  # whoever has the id of a session is logged in as its owner
    *("sid", "sessid", "sessionid", "session_id", "phpsessid", "jsessionid", "aspsessionid", "cfid", "cftoken"),
    *("oscsid", "zenid"),
)
TOKEN_KEYS = (  # these open something, for minutes or for ever; "key" is WordPress's for new passwords and for orders
    *("token", "access_token", "id_token", "refresh_token", "auth", "authtoken", "auth_token", "api_key", "apikey"),
    *("key", "secret", "client_secret", "signature", "sig", "otp", "nonce", "_wpnonce", "csrf", "csrf_token"),
)
PASSWORD_KEYS = ("password", "passwd", "passwort", "pass", "pwd", "motdepasse", "mot_de_passe", "mdp")
PERSON_KEYS = (  # these name a person
    *("email", "e-mail", "e_mail", "mail", "courriel", "login", "username", "user_login", "firstname", "lastname"),
    *("first_name", "last_name", "nom", "prenom", "phone", "tel", "telephone"),
)
REMOVED_KEYS = SESSION_KEYS + TOKEN_KEYS + PASSWORD_KEYS + PERSON_KEYS

"""Security: authentication, authorization, response headers."""


def includeme(config) -> None:
    config.include("qaboard.security.policy")
    config.include("qaboard.http.client")
    config.include("qaboard.security.passwords")
    config.include("qaboard.security.encryption")
    config.include("qaboard.http.cookies")
    config.include("qaboard.security.csrf")
    config.include("qaboard.http.headers")

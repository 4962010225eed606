"""Who may do what, and what a browser is told to be careful about."""


def includeme(config) -> None:
    config.include("qaboard.security.policy")
    config.include("qaboard.http.client")
    config.include("qaboard.security.passwords")
    config.include("qaboard.security.encryption")
    config.include("qaboard.http.cookies")
    config.include("qaboard.security.csrf")
    config.include("qaboard.http.headers")

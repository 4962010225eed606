"""Who may do what, and what a browser is told to be careful about."""


def includeme(config) -> None:
    config.include("qaboard.security.policy")
    config.include("qaboard.security.client")
    config.include("qaboard.security.passwords")
    config.include("qaboard.security.encryption")
    config.include("qaboard.security.cookies")
    config.include("qaboard.security.csrf")
    config.include("qaboard.security.headers")

"""Request methods that give templates the addresses of pages."""

from __future__ import annotations

from pyramid.request import Request

from qaboard.resources import RootResource


def site_root(request: Request) -> RootResource:
    """The root of the tree, for links; pages of errors have no context to take it from."""
    return RootResource(request)


def users_path(request: Request) -> str:
    """The address that those of the profiles begin with."""
    return request.resource_path(request.site_root["users"])


def user_path(request: Request, user_id: int) -> str:
    """The address of a user's profile, for pages that show their name and need no more of them."""
    return f"{request.users_path}{user_id}/"


def questions_path(request: Request) -> str:
    """The address of the list, which those of the questions begin with."""
    return request.resource_path(request.site_root["questions"])


def question_path(request: Request, question_id: int) -> str:
    """The address of a question, for lists that need no more of it than its title."""
    return f"{request.questions_path}{question_id}/"


def includeme(config) -> None:
    config.add_request_method(site_root, reify=True)
    config.add_request_method(users_path, reify=True)
    config.add_request_method(user_path)
    config.add_request_method(questions_path, reify=True)
    config.add_request_method(question_path)

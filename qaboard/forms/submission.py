"""Forms: deform rendered by Jinja2, and the one helper that runs the life of every form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import colander
import deform
from markupsafe import Markup
from pyramid.csrf import check_csrf_token
from pyramid.httpexceptions import HTTPBadRequest, HTTPConflict, HTTPTooManyRequests
from pyramid.request import Request
from pyramid.response import Response

from qaboard.http.redirect_target import form_address
from qaboard.i18n import _
from qaboard.limits.forged_requests import log_foreign_request
from qaboard.limits.rate_limits import TooManyRequests
from qaboard.services.errors import WHOLE_FORM, Conflict, CountedRefusal, Refusal


class StaleForm(Refusal):
    """The token of the form is missing or not, or no longer, that of this browser."""

    def __init__(self) -> None:
        super().__init__(
            {WHOLE_FORM: _("This form has expired. What you typed is still here. Send it again.")}
        )


def create_form(
    request: Request,
    schema: colander.SchemaNode,
    *,
    name: str,
    submit_title: str,
    action: str = "",
    values: dict[str, Any] | None = None,
    button_style: str | None = None,
) -> deform.Form:
    """A form for a page.

    :param schema: an unbound schema; it is bound to the request.
    :param name: the beginning of all ids in the form, different for each form on a page.
    :param submit_title: what stands on its button.
    :param action: where it is sent; empty for the address of the page itself.
    :param values: what the fields hold at first.
    :param button_style: the class of its button in the style sheet; ``btn-primary`` by default.
    """

    def renderer(template_name: str, **variables: Any) -> Markup:
        return request.render_template(f"deform/{template_name}.jinja2", **variables)

    return deform.Form(
        schema.bind(request=request),
        # An empty address would keep the fragment of the page's own, which takes the focus.
        action=action or form_address(request),
        buttons=(deform.Button("submit", title=submit_title, css_class=button_style),),
        formid=name,
        renderer=renderer,
        appstruct=values or colander.null,
    )


def submit_form(
    request: Request,
    form: deform.Form,
    act: Callable[[dict[str, Any]], Response],
    show: Callable[[], Any],
) -> Any:
    """Run a form that was sent: check it, act on it, or show it again as it was typed.

    A form that is not accepted writes nothing: its transaction is doomed, except where attempts
    are counted.

    :param act: called with the checked values; calls ``request.begin_writing()``, and returns a
        redirect or raises `Refusal`.
    :param show: returns what the page of the form is rendered from; it is answered with the
        status 400, or 409 for a conflict.
    """
    # The fields are flat, so they need no peppercorn markers; request_body.py has seen to it that
    # each comes once and is text.
    fields = dict(request.POST.items())
    status = HTTPBadRequest.code
    try:
        if not check_csrf_token(request, raises=False):
            form.set_pstruct(fields)
            log_foreign_request(request, StaleForm.__name__)
            raise StaleForm
        return act(form.validate_pstruct(fields))
    except deform.ValidationFailure:
        # The form knows its errors already.
        request.tm.doom()
    except Refusal as refusal:
        if not isinstance(refusal, CountedRefusal):
            request.tm.doom()
            # Nobody waits while its page is made.
            request.dbsession.end_writing()
        if isinstance(refusal, Conflict):
            status = HTTPConflict.code
        elif isinstance(refusal, TooManyRequests):
            status = HTTPTooManyRequests.code
            request.response.retry_after = refusal.retry_after
        # The summary of the errors hangs on the form's own one.
        form.error = colander.Invalid(form.schema)
        for name, message in refusal.errors.items():
            field = form if name == WHOLE_FORM else form[name]
            field.error = colander.Invalid(field.schema, message)
    request.response.status_int = status
    return show()


def includeme(config) -> None:
    config.add_request_method(create_form)
    config.add_request_method(submit_form)

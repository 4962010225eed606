"""The preview of a text."""

from __future__ import annotations

import colander
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.view import view_config

from qaboard.i18n.localization import translate_message
from qaboard.resources import RootResource
from qaboard.schemas.board.answer import AnswerSchema
from qaboard.security.permissions import Permission
from qaboard.settings.rate_limits import RateLimit


@view_config(
    context=RootResource, name="preview", permission=Permission.PREVIEW, request_method="POST"
)
def preview(_context, request):
    """The HTML that the Markdown in ``body`` would be stored as.

    A script gets just that; a browser that opens it as a page, without scripting, gets it in one.
    """
    request.limit_rate(RateLimit.PREVIEW, request.identity.user_id)
    status, html, error = 200, "", ""
    try:
        html = request.render_markdown(
            AnswerSchema().deserialize(dict(request.POST.items()))["body"]
        )
    except colander.Invalid as invalid:
        status = 400
        error = " ".join(
            translate_message(request, message, {})
            for child in invalid.children
            for message in child.messages()
        )
    if "text/html" in request.headers.get("Accept", ""):
        page = {"preview_html": html, "error": error}
        response = render_to_response("board/preview.jinja2", page, request)
    elif error:
        response = Response(text=error, content_type="text/plain", charset="utf-8")
    else:
        response = Response(text=html)
    response.status_int = status
    return response

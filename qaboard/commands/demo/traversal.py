# ruff: noqa: E501 - a paragraph is one line, as people type it into the form.
"""A long question with a long answer, for whoever wants to see how the board carries them."""

from qaboard.commands.demo.shape import DAYS, HOURS, DemoAnswer, DemoQuestion

QUESTIONS = (
    DemoQuestion(
        author="민지_dev",
        age=29 * DAYS,
        title="Pyramid에서 traversal과 URL dispatch 가운데 무엇을 골라야 할까요?",
        body="""
            사내 문서 게시판을 Pyramid로 새로 만들고 있어요. 지금까지 Flask와 Django만 써 봐서 주소를 경로 하나하나로 적는 방식에 익숙한데, Pyramid에는 **traversal**이라는 방식이 하나 더 있더라고요. 문서를 두 번 읽었지만 언제 어느 쪽을 골라야 하는지 아직 감이 오지 않습니다.

            ### 만들려는 것

            주소는 대략 이렇게 생겼습니다.

            ```
            /teams/                        팀 목록
            /teams/7/                      팀 하나
            /teams/7/documents/            그 팀의 문서 목록
            /teams/7/documents/31/         문서 하나
            /teams/7/documents/31/edit     문서 고치기
            ```

            권한은 이렇습니다.

            | 대상 | 볼 수 있는 사람 | 고칠 수 있는 사람 |
            |---|---|---|
            | 팀 | 회사 사람 모두 | 팀장 |
            | 문서 | 그 팀 사람 | 글쓴이와 팀장 |
            | 보관된 문서 | 팀장 | 없음 |

            ### URL dispatch로 해 본 것

            ```python
            config.add_route("document", "/teams/{team_id}/documents/{document_id}/")
            config.add_route("document_edit", "/teams/{team_id}/documents/{document_id}/edit")


            @view_config(route_name="document_edit", renderer="edit.jinja2")
            def edit_document(request):
                document = request.dbsession.get(Document, int(request.matchdict["document_id"]))
                if document is None or document.team_id != int(request.matchdict["team_id"]):
                    raise HTTPNotFound
                if not may_edit(request, document):
                    raise HTTPForbidden
                ...
            ```

            잘 돌아가기는 합니다. 그런데 뷰마다 같은 일(찾기, 없으면 404, 팀이 맞는지 보기, 권한 보기)이 되풀이되고, 지난주에는 그 가운데 하나를 빠뜨려서 다른 팀의 문서가 열렸어요. 테스트 서버라서 다행이었습니다.

            ### 궁금한 것

            1. traversal을 쓰면 되풀이되는 확인이 정말 한곳으로 모이나요?
            2. 트리를 한 단계 내려갈 때마다 데이터베이스를 조회하면 느려지지 않을까요?
            3. `/teams/7/documents/31/edit`의 `edit`는 트리의 자식인가요, 뷰 이름인가요? 이름이 `edit`인 자식이 있으면 어떻게 되나요?
            4. 목록의 정렬과 쪽 번호는 트리에 넣나요, 쿼리 문자열에 두나요?
            5. 두 방식을 한 애플리케이션에서 섞어 써도 되나요?

            하나만 답해 주셔도 큰 도움이 됩니다. 미리 감사합니다!
        """,
        up=6,
        addition="**덧붙임:** 아래 답을 따라 문서 쪽만 먼저 traversal로 옮겼는데, 뷰 코드가 절반으로 줄었어요. 고맙습니다!",
        added_after=3 * DAYS,
        answers=(
            DemoAnswer(
                author="하늘",
                after=7 * HOURS,
                body="""
                    주소가 '무엇 안의 무엇'으로 읽히고 권한이 그 *무엇*에 달려 있다면 traversal이 잘 맞습니다. 적어 주신 주소가 딱 그렇네요. 번호대로 답해 볼게요.

                    ### 1. 확인은 정말 한곳으로 모입니다

                    트리의 노드 하나가 클래스 하나입니다. 노드는 두 가지만 알아요. 자식을 찾는 법과, 누가 무엇을 해도 되는지입니다.

                    ```python
                    class DocumentsResource:
                        def __init__(self, team, parent, request):
                            self.team, self.__parent__, self.request = team, parent, request
                            self.__name__ = "documents"

                        def __getitem__(self, key):
                            statement = select(Document).where(
                                Document.id == parse_id(key),      # 숫자가 아니면 KeyError
                                Document.team_id == self.team.id,  # 부모도 함께 확인합니다
                            )
                            document = self.request.dbsession.scalar(statement)
                            if document is None:
                                raise KeyError(key)
                            return DocumentResource(document, parent=self)


                    class DocumentResource:
                        def __init__(self, document, parent):
                            self.document, self.__parent__ = document, parent
                            self.__name__ = str(document.id)

                        def __acl__(self):
                            leader = f"user:{self.__parent__.team.leader_id}"
                            if self.document.is_archived:
                                return [(Allow, leader, "view"), DENY_ALL]
                            return [
                                (Allow, f"team:{self.document.team_id}", "view"),
                                (Allow, f"user:{self.document.author_id}", "edit"),
                                (Allow, leader, ("view", "edit")),
                                DENY_ALL,
                            ]
                    ```

                    뷰에는 실제로 할 일만 남습니다.

                    ```python
                    @view_config(context=DocumentResource, name="edit", permission="edit")
                    def edit_document(context, request):
                        ...
                    ```

                    다른 팀의 문서는 `WHERE`에서 이미 걸러지니 뷰에서 실수할 자리가 없습니다.

                    ### 2. 조회는 생각보다 적습니다

                    주소에 나오는 행의 수만큼만 조회합니다. `/teams/7/documents/31/`이라면 팀과 문서, 두 번이에요. `documents` 같은 노드는 조회 없이 객체만 만들면 됩니다. 지금 손으로 확인하시는 것과 크게 다르지 않습니다.

                    느려지는 곳은 보통 따로 있습니다.

                    > `__acl__` 안에서 `self.document.team.members`처럼 관계를 따라가면 권한을 볼 때마다 조회가 늘어납니다. ACL은 이미 읽은 열의 id로만 만드세요.

                    ### 3. `edit`는 뷰 이름입니다

                    traversal은 자식을 찾을 수 있는 데까지 내려가고, 더 내려갈 수 없으면 그다음 조각을 뷰 이름으로 씁니다. 문서 노드에는 `__getitem__`이 없으니 `edit`는 언제나 뷰 이름이에요.

                    거꾸로 말하면 **자식이 뷰보다 먼저**입니다. 제목을 주소로 쓰는 위키라면 제목이 `edit`인 문서가 뷰를 가릴 수 있어요. 그럴 때는 `@@edit`라고 적어 뷰를 콕 집어 부를 수 있습니다. 숫자 id만 자식으로 받으면 이런 걱정은 없습니다.

                    ### 4. 쿼리 문자열에 두세요

                    정렬과 쪽 번호는 자원이 아니라 *보는 방법*입니다. 트리에 넣으면 같은 목록에 노드가 여러 개 생기고, 권한도 그만큼 여러 번 적어야 해요.

                    ### 5. 섞어 써도 됩니다

                    경로를 먼저 맞춰 보고, 맞는 경로가 없을 때 traversal이 시작됩니다. 저는 이렇게 나눕니다.

                    - 사람이 보는 페이지는 traversal
                    - `/healthz`처럼 트리와 상관없는 것은 경로 하나
                    - 정적 파일은 `add_static_view`

                    공식 문서의 [Much Ado About Traversal](https://docs.pylonsproject.org/projects/pyramid/en/latest/narr/muchadoabouttraversal.html)이 배경을 쉽게 풀어 줍니다. 짧으니 한번 읽어 보세요.
                """,
                up=7,
                addition="**고침:** 보관된 문서의 ACL에 `DENY_ALL`이 빠져 있던 것을 바로잡았습니다.",
                added_after=20 * HOURS,
            ),
        ),
    ),
)

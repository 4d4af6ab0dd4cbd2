"""The Streamlit entry, started by ``zhibi ui``: who is there, then the page asked for."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import streamlit as st

from assistant.errors import ZhibiError
from ui.page import kit, session

_CSS = Path(__file__).with_name("page.css")


def main() -> None:
    st.set_page_config(page_title="执笔", page_icon="✒️", layout="wide", initial_sidebar_state="expanded")
    st.html(f"<style>{_CSS.read_text('utf-8')}</style>")
    if session.login_configured() and not st.user.is_logged_in:
        st.title("执笔")
        kit.notice("请先登录。各人的材料和稿件只有本人看得到。")
        st.button("登录", on_click=st.login, type="primary")
        return
    st.session_state["pages"] = pages = _pages()
    page = st.navigation(list(pages.values()), position="top")
    if session.login_configured():
        st.sidebar.button("退出登录", on_click=st.logout)
    try:
        page.run()
    except ZhibiError as error:
        kit.trouble(error)
    except (
        Exception
    ) as error:  # a person is told in one sentence; the log gets the place and no text of theirs
        place = _place(error)
        print(f"zhibi: {type(error).__name__} {place}", file=sys.stderr)  # noqa: T201
        kit.notice(
            f"这一步程序出错了（{type(error).__name__}，{place}），写好的都在，请刷新网页再试。", "error"
        )


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def _pages() -> dict[str, st.Page]:
    from ui.page import batch_page, draft_page, knowledge_page, review_page, settings_page

    return {
        "draft": st.Page(
            draft_page.show, title="起草", icon=":material/edit_document:", url_path="draft", default=True
        ),
        "batch": st.Page(batch_page.show, title="批量", icon=":material/table_view:", url_path="batch"),
        "review": st.Page(review_page.show, title="核校", icon=":material/fact_check:", url_path="review"),
        "knowledge": st.Page(
            knowledge_page.show, title="知识库", icon=":material/library_books:", url_path="knowledge"
        ),
        "settings": st.Page(
            settings_page.show, title="设置", icon=":material/settings:", url_path="settings"
        ),
    }


if __name__ == "__main__":
    main()

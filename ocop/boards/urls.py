"""Addresses of the boards."""

from django.urls import path

from ocop.boards.views import board, changes, entries, numbers, pages, products, renewals, rulebooks, sets, work

urlpatterns = [
    path("bang/", board.board, name="board"),
    path("bang/xu-huong/", board.trend, name="board_trend"),
    path("bang/thay-doi/", changes.changes, name="board_changes"),
    path("bang/viec/", work.work, name="board_work"),
    path("bang/viec/bo-giao/", work.take_back, name="board_work_back"),
    path("bang/viec/to/", work.team_work, name="team_work"),
    path("bang/san-pham/", products.products, name="board_products"),
    path("bang/san-pham/<int:pk>/", products.product, name="board_product"),
    path("bang/san-pham/<int:pk>/gan/<int:listing_pk>/", products.link, name="board_link"),
    path("bang/san-pham/<int:pk>/go/<int:link_pk>/", products.unlink, name="board_unlink"),
    path("bang/san-pham/<int:pk>/thu-hoi/<int:paper_pk>/", products.revoke, name="board_revoke"),
    path("bang/san-pham/<int:pk>/trang/", pages.add, name="board_page_add"),
    path("bang/san-pham/<int:pk>/trang/<int:link_pk>/xem/", pages.look, name="board_page_look"),
    path("bang/san-pham/<int:pk>/trang/<int:link_pk>/go/", pages.remove, name="board_page_remove"),
    path("bang/san-pham/<int:pk>/bo/", sets.product_set, name="board_product_set"),
    path("bang/bo-tieu-chi/", rulebooks.rulebook_list, name="board_rulebooks"),
    path("bang/bo-tieu-chi/<int:pk>/", rulebooks.rubric, name="board_rubric"),
    path("bang/bo-tieu-chi/<int:pk>/thu/", rulebooks.trial, name="board_trial"),
    path("bang/giay/moi/", entries.new_entry, name="board_entry_new"),
    path("bang/giay/cho/", entries.entry_list, name="board_entries"),
    path("bang/giay/cho/xac-nhan/", entries.confirm_many, name="board_entries_confirm"),
    path("bang/giay/cho/<int:pk>/", entries.entry, name="board_entry"),
    path("bang/giay/cho/<int:pk>/xac-nhan/", entries.confirm, name="board_entry_confirm"),
    path("bang/giay/cho/<int:pk>/tra-lai/", entries.give_back, name="board_entry_give_back"),
    path("bang/giay/cho/<int:pk>/rut/", entries.withdraw, name="board_entry_withdraw"),
    path("bang/giay/<int:pk>/ho-so/", renewals.files, name="board_files"),
    path("bang/giay/<int:pk>/ho-so/<int:file_pk>/ket-qua/", renewals.result, name="board_file_result"),
    path("bang/den-ky/", renewals.renewals, name="board_renewals"),
    path("bang/<slug:code>/", numbers.indicator_rows, name="board_rows"),
    path("bang/<slug:code>/dong.csv", numbers.indicator_csv, name="board_rows_csv"),
]

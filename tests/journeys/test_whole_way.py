"""From a yard without signal to a number on the province's board, in one walk through the real pages."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
from PIL import Image

from config.demo.pictures import picture
from tests.journeys.conftest import Stack, Walker
from tests.journeys.field import PURPOSES, Door, enrol, register, slip_code, wait_until_sent

PHONE = "0987 654 321"
HEAD = "Đoàn Tuấn Diễm"
MAKER = "Hộ kinh doanh Tuấn Diễm"
PRODUCT = "Ngũ cốc dinh dưỡng nhà làm Tuấn Diễm"
PICTURES = Path(os.environ.get("PICTURES", "var/test/pictures"))


def test_the_whole_way(stack: Stack, walker: Callable[..., Walker], tmp_path: Path) -> None:
    code = register_at_the_door(walker())
    seller = walker()
    sku = open_shop_and_publish(seller, code, tmp_path)
    reach_the_marketplace(seller, walker(), stack, sku)
    buyer = walker()
    buy(buyer)
    seller.open("/nguoi-ban/don-hang/")
    seller.wait_for("Lê Thị Mua")
    province = walker()
    link_to_the_certificate(province, buyer)
    count_the_households(walker(), province)
    before = rates(stack)
    put_on_voso(walker(), walker(), sku, tmp_path)
    after = rates(stack)
    assert after["I2v"] == (before["I2v"][0] + 1, before["I2v"][1])
    assert after["I2any"] == (before["I2any"][0] + 1, before["I2any"][1])
    assert after["I2p"] == before["I2p"]
    assert after["I2both"] == before["I2both"]
    assert after["I1"] == (before["I1"][0] + 1, before["I1"][1])
    read_the_board(province, after["I2v"])
    seller.open("/nguoi-ban/")
    assert seller.page.get_by_text("Có 1 đơn cần đóng gói.").is_visible()


def register_at_the_door(team: Walker) -> str:
    """A field team member registers a producer in the app; returns the code on the slip."""
    enrol(team)
    door = Door(
        HEAD, PHONE, work="Chế biến", goods="ngũ cốc", scale="50 kg mỗi ngày", is_business=True, selling_name=MAKER, agreed=PURPOSES
    )  # fmt: skip
    register(team, door)
    wait_until_sent(team)
    return slip_code(team, HEAD)


def open_shop_and_publish(seller: Walker, code: str, folder: Path) -> str:
    """The producer enters with the slip, opens a shop and publishes a listing; returns its SKU."""
    page = seller.page
    seller.open("/dang-nhap/ma/")
    page.get_by_role("textbox", name="Số điện thoại").fill(PHONE)
    page.get_by_label("Mã vào lần đầu").fill(code)
    page.get_by_label("Mật khẩu mới").fill("lúa chín vàng 98")
    seller.click("Vào và đặt mật khẩu")
    seller.click("Lập gian hàng", role="link")
    page.get_by_label("Tên gian hàng").fill("Ngũ cốc Tuấn Diễm")
    page.get_by_label("Câu chuyện của bạn").fill("Nhà rang hạt từ năm 2012, mỗi ngày một mẻ.")
    seller.click("Lưu và tiếp tục")
    page.get_by_label("Nơi lấy hàng").fill("Thôn 1, cạnh nhà văn hóa")
    seller.click("Lưu và tiếp tục")
    page.get_by_label("Gạo, ngũ cốc, hạt sơ chế").check()
    seller.click("Lưu và tiếp tục")
    page.get_by_label("Trả qua VNPAY khi đặt hàng").check()
    seller.click("Lưu và tiếp tục")
    page.get_by_label("Có giao các tỉnh khác").check()
    sending = page.get_by_role("group", name="Giao các tỉnh khác")
    sending.get_by_label("Phí giao (đồng)").fill("30.000")
    sending.get_by_label("Sớm nhất").fill("2")
    sending.get_by_label("Muộn nhất").fill("5")
    seller.click("Lưu và tiếp tục")
    seller.click("Mở gian hàng")
    assert page.get_by_text("Gian hàng đã mở.").first.is_visible()
    seller.open("/nguoi-ban/san-pham/moi/")
    no_photo = folder / "khong-phai-anh.jpg"
    no_photo.write_bytes(b"<svg onload=alert(1)>")
    page.get_by_label("Ảnh sản phẩm").set_input_files(no_photo)
    page.get_by_text("Tệp này không phải ảnh chụp.").first.wait_for()
    page.get_by_label("Tên sản phẩm").fill(PRODUCT)
    page.get_by_label("Loại hàng", exact=True).select_option(label="Bột ngũ cốc")
    page.get_by_role("textbox", name="Mô tả").fill(
        "Mười hai loại hạt rang mộc, xay mịn. Pha với nước ấm, không cần đường."
    )
    page.get_by_role("textbox", name="Giá bán").fill("95.000")
    page.get_by_label("Bán theo").select_option(label="hộp")
    page.get_by_label("Khối lượng tịnh").fill("500")
    page.get_by_label("Số lượng đang có").fill("20")
    seller.click("Đăng bán")
    assert page.get_by_text("Thêm ít nhất một ảnh chụp sản phẩm.").first.is_visible()
    assert page.get_by_label("Tên sản phẩm").input_value() == PRODUCT
    page.get_by_label("Ảnh sản phẩm").set_input_files(phone_photo(folder))
    page.locator("[data-photos] li").wait_for()
    seller.click("Đăng bán")
    assert page.get_by_text("Sản phẩm đã được đăng bán.").is_visible()
    return page.url.rstrip("/").split("/")[-2]


def phone_photo(folder: Path) -> Path:
    """A photo as a phone makes it: large, turned by EXIF, with the place it was taken."""
    path = folder / "anh chụp.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    still_life = Image.open(io.BytesIO(picture("box-green"))).resize((3200, 2400))
    still_life.rotate(90, expand=True).save(path, exif=exif, quality=80)
    return path


def reach_the_marketplace(seller: Walker, moderator: Walker, stack: Stack, sku: str) -> None:
    """The listing waits for review over there, is approved, and comes back as live."""
    seller.wait_for("Sàn đang duyệt.")
    moderator.open(f"{stack.market}/kiem-duyet")
    row = moderator.page.locator("article, li, tr, section").filter(has_text=PRODUCT).last
    row.get_by_role("button", name="Duyệt").click()
    moderator.page.wait_for_load_state()
    seller.wait_for("Đã lên sàn.")
    address = seller.page.get_by_role("link", name="Xem trên sàn").get_attribute("href")
    moderator.open(str(address))
    assert moderator.page.get_by_text(PRODUCT).first.is_visible()


def buy(buyer: Walker) -> None:
    """A buyer finds it without accents and pays on VNPAY's pages."""
    page = buyer.page
    buyer.open("/")
    page.get_by_role("combobox").first.fill("ngu coc dinh duong")
    page.get_by_role("combobox").first.press("Enter")
    page.wait_for_load_state()
    buyer.look()
    buyer.click(PRODUCT, role="link")
    buyer.click("Thêm vào giỏ")
    buyer.click("Đặt hàng", role="link")
    page.get_by_label("Họ tên người nhận").fill("Lê Thị Mua")
    page.get_by_role("textbox", name="Số điện thoại").fill("0903 111 222")
    page.get_by_label("Địa chỉ nhận hàng").fill("12 Lê Lợi")
    page.get_by_label("Xã, phường, đặc khu").fill("Phan Thiết, Lâm Đồng")
    buyer.look()
    buyer.click("Đặt hàng")
    if page.get_by_text("Tiền giao hàng đến nơi này là").count():  # the fee is shown before it counts
        buyer.look()
        buyer.click("Đặt hàng")
    buyer.click("Thẻ ngân hàng NCB", role="link")
    page.get_by_label("Số thẻ").fill("9704198526191432198")
    buyer.click("Tiếp tục")
    page.get_by_label("Mã OTP").fill("123456")
    page.get_by_role("button", name="Thanh toán").click()
    page.wait_for_url("**/thanh-toan/don/**")
    buyer.wait_for("Đã nhận tiền. Người bán đang chuẩn bị hàng cho bạn.")


def link_to_the_certificate(province: Walker, buyer: Walker) -> None:
    """The province links the listing to the certified product; the badge shows on the product page."""
    page = province.page
    province.sign_in("tinh")
    province.open("/bang/san-pham/?q=tuan+diem")
    province.click(PRODUCT, role="link")
    page.locator("#candidates ~ ul, section[aria-labelledby=candidates] ul").get_by_role("link", name=PRODUCT).click()
    page.wait_for_load_state()
    province.look()
    box = page.get_by_label("Tôi xác nhận")
    if box.count():
        box.check()
    province.click("Đúng, gắn với tin này")
    buyer.open("/tim-kiem?q=ngu+coc+tuan+diem")
    buyer.click(PRODUCT, role="link")
    assert buyer.page.get_by_text("Chứng nhận OCOP").is_visible()
    PICTURES.mkdir(parents=True, exist_ok=True)
    buyer.page.screenshot(path=PICTURES / "product-390.png")
    buyer.click("Kiểm tra giấy chứng nhận", role="link")
    assert buyer.page.get_by_text(PRODUCT).first.is_visible()


def count_the_households(officer: Walker, province: Walker) -> None:
    """The commune lists its households, the new one among them, and the province signs: only who is on a signed list is counted."""
    officer.sign_in("xa")
    officer.open("/bang/mau-so/")
    page = officer.page
    if page.get_by_role("link", name="Xem mẫu số").count():
        officer.click("Xem mẫu số", role="link")
        officer.click("Lập mẫu số thay thế", role="link")
        page.get_by_label("Vì sao thay mẫu số?").fill("Có hộ mới đăng ký tại nhà")
    else:
        officer.click("Lập mẫu số", role="link")
    officer.look()
    officer.click("Lập danh sách chờ ký")
    province.open("/bang/mau-so/")
    province.page.locator("section[aria-labelledby=to-sign]").get_by_role("link").first.click()
    province.page.wait_for_load_state()
    province.click("Ký mẫu số này")
    province.look()


def put_on_voso(operator: Walker, officer: Walker, sku: str, folder: Path) -> None:
    """Sheet out, result in, and a person looks at the page and confirms."""
    operator.sign_in("sanops")
    page = operator.page
    operator.click("Lấy tệp gửi VoSo")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải tệp gửi").click()
    pack = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert f"{sku}-1.jpg" in [name.rsplit("/", 1)[-1] for name in pack.namelist()]
    sheet = next(name for name in pack.namelist() if name.endswith(".xlsx"))
    result = folder / "ket-qua.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(pack.read(sheet)))
    fill_result(book, sku)
    book.save(result)
    wrong = folder / "sai.xlsx"
    wrong.write_bytes(b"khong phai bang tinh")
    operator.click("Đã gửi cho sàn")
    operator.open("/san/")
    page.get_by_label("Tệp kết quả VoSo").set_input_files(wrong)
    page.get_by_role("button", name="Gửi kết quả").last.click()
    page.wait_for_load_state()
    operator.look()
    assert page.locator(".status-bad, .status").first.is_visible()
    page.get_by_label("Tệp kết quả VoSo").set_input_files(result)
    page.locator("section", has=page.get_by_label("Tệp kết quả VoSo")).get_by_role("button", name="Gửi kết quả").click()
    page.wait_for_load_state()
    operator.look()
    waiting = page.locator("dl div", has_text="Có liên kết, chờ người xem xác nhận")
    assert waiting.locator("dd").inner_text() == "1", page.inner_text("main")
    assert page.get_by_text("Mọi dòng đều đọc được.").is_visible()
    officer.sign_in("xa")
    officer.open("/san/xac-nhan/")
    officer.click(f"Tôi thấy đang bán {PRODUCT}")
    assert officer.page.get_by_text("Đã ghi: bạn thấy").is_visible()


def fill_result(book: openpyxl.Workbook, sku: str) -> None:
    """What the platform's staff type into the sheet that came to them."""
    for sheet in book.worksheets:
        headings: dict[str, int] = {}
        for row in sheet.iter_rows():
            values = [str(cell.value or "") for cell in row]
            if "Liên kết" in values:
                headings = {value: number for number, value in enumerate(values, 1)}
            elif headings and sku in values:
                sheet.cell(row[0].row, headings["Mã trên sàn"], "778899")
                sheet.cell(row[0].row, headings["Liên kết"], "https://voso.vn/ngu-coc-tuan-diem-p778899.html?utm=zalo")
                sheet.cell(row[0].row, headings["Kết quả"], "Đã đăng")


def rates(stack: Stack) -> dict[str, tuple[int, int]]:
    """Every rate as the API tells it."""
    found = {}
    for code in ("I1", "I2v", "I2p", "I2any", "I2both"):
        answer = stack.api(f"/api/v1/indicators/{code}")
        found[code] = (answer["numerator"], answer["denominator"])
    return found


def read_the_board(province: Walker, online: tuple[int, int]) -> None:
    """The board says the same number, and opens to its rows."""
    province.open("/bang/")
    province.wait_for(f"{online[0]}/{online[1]}")  # the board reads counts that the worker keeps
    province.page.screenshot(path=PICTURES / "board-390.png")
    province.open("/bang/I2v/")
    assert province.page.get_by_text(PRODUCT).first.is_visible()

"""Units through time: the cases that real reports stumble over, each by name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from core.kit.text import sort_key
from core.places.actions.hamlets import open_hamlet, rename_hamlet
from core.places.actions.resolutions import Outcome, enter_resolution, turn_map
from core.places.actions.units import Contradiction, Entry, open_unit
from core.places.models import Hamlet, HamletLink, HamletName, Level, Unit, UnitName
from core.places.queries import (
    became,
    came_from,
    communes_of,
    everything_under,
    former_area,
    hamlet_names_on,
    hamlets_of,
    name_on,
    provinces,
    successor,
    unit_by_code,
)
from core.places.reading import Refused, read_resolution

pytestmark = pytest.mark.django_db

BEFORE, MERGER, NOW = date(2025, 6, 30), date(2025, 7, 1), date(2026, 11, 22)


def unit(code: str, on: date = NOW, level: str = "commune") -> Unit:
    found = unit_by_code(level, code, on)
    assert found is not None, (code, on)
    return found


def shares(old: Unit, on: date = NOW) -> list[tuple[str, str]]:
    return [(share.unit.code, share.kind) for share in became(old, on)]


@pytest.mark.parametrize(("code", "name"), [("25270", "Lộc Ninh"), ("25357", "Tân Khai"), ("25363", "Đồng Phú")])
def test_a_commune_became_a_ward_under_its_code(code: str, name: str) -> None:
    eve, day = date(2026, 4, 29), date(2026, 4, 30)
    assert unit(code, eve) == unit(code, day)
    assert [name_on(unit(code), on) for on in (eve, day)] == [f"xã {name}", f"phường {name}"]


def test_dong_nai_became_a_city() -> None:
    assert [name_on(unit("75", on, "province"), on) for on in (date(2026, 4, 29), date(2026, 4, 30))] == [
        "tỉnh Đồng Nai",
        "thành phố Đồng Nai",
    ]


def test_the_split_of_phong_phu() -> None:
    old = unit("22978", BEFORE)
    assert str(old) == "xã Phong Phú"
    assert shares(old) == [("22972", "default"), ("22978", "part")]
    assert successor(old) is None
    assert [str(share.unit) for share in became(old, NOW)] == ["xã Phan Rí Cửa", "xã Tuy Phong"]
    assert ("22978", "part") in [(share.unit.code, share.kind) for share in came_from(unit("22978"), BEFORE)]


def test_con_dao_without_a_row_in_the_conversion_table() -> None:
    island = unit("755", BEFORE, "district")
    assert shares(island) == [("26732", "whole")]
    assert [share.unit for share in came_from(unit("26732"), BEFORE)] == [island]
    assert [str(one) for one in everything_under(island, NOW).communes] == ["đặc khu Côn Đảo"]
    assert everything_under(island, BEFORE).communes == ()


def test_one_code_two_units() -> None:
    ben_nghe, sai_gon = unit("26740", BEFORE), unit("26740", MERGER)
    assert (str(ben_nghe), str(sai_gon)) == ("phường Bến Nghé", "phường Sài Gòn")
    assert ben_nghe != sai_gon
    assert shares(ben_nghe) == [("26740", "whole")]


def test_as_many_as_the_law_made() -> None:
    assert provinces(NOW).count() == 34
    assert sum(len(communes_of(province, NOW)) for province in provinces(NOW)) == 3321


@pytest.mark.parametrize(
    ("code", "joined", "old_communes", "communes"), [("77", "79", 77, 30), ("70", "75", 111, 40), ("60", "68", 121, 45)]
)
def test_the_former_areas_are_exact(code: str, joined: str, old_communes: int, communes: int) -> None:
    old = unit(code, BEFORE, "province")
    area = former_area(old)
    assert (len(area.communes), area.is_exact) == (communes, True)
    assert {one.parent.code for one in area.communes if one.parent} == {joined}
    assert len(everything_under(old, BEFORE).communes) == old_communes
    assert successor(old) == unit(joined, NOW, "province")


def test_every_former_province_says_whether_it_is_exact() -> None:
    mixed = {old.code for old in provinces(BEFORE) if not former_area(old).is_exact}
    assert mixed and not mixed & {"77", "70", "60", "01", "79"}
    covered = [one.pk for old in provinces(BEFORE) for one in former_area(old).communes]
    assert len(set(covered)) == 3321
    assert len(covered) - 3321 == 23  # the communes that join parts of two former provinces


def test_a_former_district_is_its_communes() -> None:
    tanh_linh = unit("599", BEFORE, "district")
    area = everything_under(tanh_linh, NOW)
    assert {one.name for one in area.communes} >= {"Bắc Ruộng", "Tánh Linh"}
    assert len(everything_under(tanh_linh, BEFORE).communes) == 13
    assert all(share.kind == "part" for share in became(tanh_linh, NOW))


def test_today_s_units_on_the_map_of_before() -> None:
    lam_dong = unit("68", NOW, "province")
    assert len(everything_under(lam_dong, NOW).communes) == 124
    before = everything_under(lam_dong, BEFORE)
    old = {
        one for code in ("60", "67", "68") for one in everything_under(unit(code, BEFORE, "province"), BEFORE).communes
    }
    assert set(before.communes) == old and before.is_exact


def test_communes_come_in_the_order_of_the_alphabet() -> None:
    names = [one.name for one in communes_of(unit("68", NOW, "province"), NOW)]
    assert names == sorted(names, key=sort_key)
    assert names.index("Đức Linh") > names.index("Di Linh")
    assert names[-1].startswith("X")


def test_hamlets_are_opened_renamed_merged_and_split() -> None:
    commune = unit("23152")
    one = open_hamlet(commune=commune, name=" Thôn  1 ", on=date(2026, 1, 1), actor_id=None)
    two = open_hamlet(commune=commune, name="Thôn 2", on=date(2026, 1, 1), actor_id=None)
    ten = open_hamlet(commune=commune, name="Thôn 10", on=date(2026, 1, 1), actor_id=None)
    assert hamlets_of(commune, NOW) == [one, two, ten]
    assert hamlets_of(commune, date(2025, 12, 31)) == []
    rename_hamlet(hamlet=two, name="Thôn Suối", on=date(2026, 3, 1), actor_id=None)
    assert [hamlet_names_on([two], on)[two.pk] for on in (date(2026, 2, 28), date(2026, 3, 1))] == [
        "Thôn 2",
        "Thôn Suối",
    ]
    two.refresh_from_db()
    lines = [
        ("hamlet_merge", "Thôn 1", "Thôn Đông"), ("hamlet_merge", "Thôn Suối", "Thôn Đông"),
        ("hamlet_split", "Thôn 10", "Thôn 10"), ("hamlet_split", "Thôn 10", "Thôn 11"),
    ]  # fmt: skip
    enter("2026-05-01", *lines)
    merged, *parts = [
        Hamlet.objects.get(name=name, valid_from=date(2026, 5, 1)) for name in ("Thôn Đông", "Thôn 10", "Thôn 11")
    ]
    assert hamlets_of(commune, NOW) == [*parts, merged]
    assert hamlets_of(commune, date(2026, 4, 30)) == [one, ten, two]
    assert ten not in parts
    assert list(HamletLink.objects.order_by("pk").values_list("old", "new", "kind")) == [
        (one.pk, merged.pk, "whole"),
        (two.pk, merged.pk, "whole"),
        (ten.pk, parts[0].pk, "default"),
        (ten.pk, parts[1].pk, "part"),
    ]
    assert set(everything_under(commune, NOW).hamlets) == {*parts, merged}


def enter(on: str, *lines: tuple[str, str, str]) -> Outcome:
    """What becomes of hamlets of 23152, as a file says it: change, hamlet, new name."""
    rows = [f"1/NQ,{on},{change},commune,23152,{old},{new}" for change, old, new in lines]
    content = "\n".join(["decision,on,change,level,code,hamlet,new_hamlet", *rows])
    return enter_resolution(read_resolution(content.encode()), actor_id=None, apply=True)


def names(commune: Unit, on: date) -> list[str]:
    found = hamlets_of(commune, on)
    return [hamlet_names_on(found, on)[hamlet.pk] for hamlet in found]


def test_a_name_given_up_may_be_anothers_from_the_same_day_and_again_changes_nothing() -> None:
    commune, day = unit("23152"), NOW + timedelta(days=30)
    old = Hamlet.objects.create(commune=commune, name="Thôn 1")
    lines = ("hamlet_open", "Thôn 1", ""), ("hamlet_rename", "Thôn 1", "Thôn Một")
    assert len(enter(day.isoformat(), *lines).sentences) == 2
    after = list(Hamlet.objects.order_by("pk").values()), list(HamletName.objects.order_by("pk").values())
    assert enter(day.isoformat(), *lines).sentences == ()
    assert (list(Hamlet.objects.order_by("pk").values()), list(HamletName.objects.order_by("pk").values())) == after
    assert names(commune, day - timedelta(days=1)) == ["Thôn 1"]
    assert sorted(names(commune, day)) == ["Thôn 1", "Thôn Một"]
    with time_machine.travel(f"{day}T05:00:00Z", tick=False):
        turn_map()
    old.refresh_from_db()
    assert old.name == "Thôn Một"
    _check_now()


def test_a_name_taken_by_a_rename_is_not_opened_too() -> None:
    Hamlet.objects.create(commune=unit("23152"), name="Thôn 1")
    with pytest.raises(Refused) as refused:
        enter("2026-12-01", ("hamlet_open", "Thôn Một", ""), ("hamlet_rename", "Thôn 1", "Thôn Một"))
    assert "đổi tên thành Thôn Một đúng ngày ấy" in refused.value.sentences[0]
    assert HamletName.objects.count() == 0


def test_a_name_given_up_ahead_is_free_from_that_day_on_and_not_before() -> None:
    commune, day = unit("23152"), NOW + timedelta(days=30)
    one = Hamlet.objects.create(commune=commune, name="Thôn 1")
    two = Hamlet.objects.create(commune=commune, name="Thôn 2")
    rename_hamlet(hamlet=one, name="Thôn Một", on=day, actor_id=None)
    with pytest.raises(Contradiction, match="đã có Thôn 1"):
        open_hamlet(commune=commune, name="Thôn 1", on=day - timedelta(days=1), actor_id=None)
    with pytest.raises(Contradiction, match="đã có Thôn Một"):
        open_hamlet(commune=commune, name="Thôn Một", on=day - timedelta(days=1), actor_id=None)
    rename_hamlet(hamlet=two, name="Thôn 1", on=day, actor_id=None)
    open_hamlet(commune=commune, name="Thôn 2", on=day, actor_id=None)
    _check_now()
    with time_machine.travel(f"{day}T05:00:00Z", tick=False):
        turn_map()
    assert sorted(names(commune, day)) == ["Thôn 1", "Thôn 2", "Thôn Một"]
    assert sorted(names(commune, NOW)) == ["Thôn 1", "Thôn 2"]
    _check_now()


def test_a_hamlet_is_renamed_only_while_it_has_a_name_to_give_up() -> None:
    commune, end = unit("23152"), NOW + timedelta(days=60)
    hamlet = open_hamlet(commune=commune, name="Thôn Mới", on=NOW, actor_id=None)
    for day in (NOW, NOW - timedelta(days=5)):
        with pytest.raises(Contradiction, match="mới có từ ngày 22/11/2026"):
            rename_hamlet(hamlet=hamlet, name="Thôn Mơi", on=day, actor_id=None)
    Hamlet.objects.filter(pk=hamlet.pk).update(valid_to=end)
    with pytest.raises(Contradiction, match="chấm dứt ngày"):
        rename_hamlet(hamlet=hamlet, name="Thôn Mơi", on=end, actor_id=None)
    assert HamletName.objects.count() == 0
    rename_hamlet(hamlet=hamlet, name="Thôn Mơi", on=end - timedelta(days=1), actor_id=None)
    assert list(HamletName.objects.order_by("pk").values_list("name", "valid_from", "valid_to")) == [
        ("Thôn Mới", NOW, end - timedelta(days=1)),
        ("Thôn Mơi", end - timedelta(days=1), end),
    ]


def test_a_hamlet_with_a_name_entered_ahead_does_not_end_before_it() -> None:
    hamlet = Hamlet.objects.create(commune=unit("23152"), name="Thôn 1")
    rename_hamlet(hamlet=hamlet, name="Thôn Một", on=NOW + timedelta(days=30), actor_id=None)
    with pytest.raises(Refused) as refused:
        enter((NOW + timedelta(days=10)).isoformat(), ("hamlet_merge", "Thôn 1", "Thôn 2"))
    assert "đã có tên từ ngày sau" in refused.value.sentences[0]


def test_periods_run_forward() -> None:
    commune = unit("23152")
    hamlet = Hamlet.objects.create(commune=commune, name="Thôn 1")
    period = {"valid_from": NOW, "valid_to": NOW}
    with pytest.raises(IntegrityError, match="hamlet_period_runs_forward"), transaction.atomic():
        Hamlet.objects.create(commune=commune, name="Thôn 2", **period)
    with pytest.raises(IntegrityError, match="hamlet_name_period_runs_forward"), transaction.atomic():
        HamletName.objects.create(hamlet=hamlet, name="Thôn 2", **period)
    with pytest.raises(IntegrityError, match="unit_name_period_runs_forward"), transaction.atomic():
        UnitName.objects.create(unit=commune, kind="Xã", name="Mới", **period)


def test_the_preview_meets_what_the_database_checks_at_commit() -> None:
    if connection.vendor != "postgresql":
        return
    for day in (NOW, NOW + timedelta(days=30)):
        Hamlet.objects.create(commune=unit("23152"), name="Thôn 1", valid_from=day)
    with pytest.raises(Refused, match="Có hai nơi cùng mã hoặc cùng tên"):
        enter("2026-12-01", ("hamlet_open", "Thôn 9", ""))
    Hamlet.objects.filter(name="Thôn 1").delete()


def test_hamlets_refuse_what_cannot_be() -> None:
    commune, other = unit("23152"), unit("22960")
    one = open_hamlet(commune=commune, name="Thôn 1", on=date(2026, 1, 1), actor_id=None)
    open_hamlet(commune=other, name="Thôn 1", on=date(2026, 1, 1), actor_id=None)
    before = list(Hamlet.objects.values_list())
    with pytest.raises(Contradiction, match="đã có Thôn 1"):
        open_hamlet(commune=commune, name="Thôn 1", on=NOW, actor_id=None)
    with pytest.raises(Contradiction, match="từ 1 đến 80"):
        rename_hamlet(hamlet=one, name=" ", on=NOW, actor_id=None)
    assert list(Hamlet.objects.values_list()) == before


def test_a_code_is_given_once_at_a_date() -> None:
    entry = Entry("901/NQ", NOW + timedelta(days=100))
    with pytest.raises(Contradiction, match="đang thuộc"):
        open_unit(entry, Level.COMMUNE, "23152", kind="Xã", name="Mới", parent=unit("68", NOW, "province"))
    if connection.vendor != "postgresql":
        return
    with pytest.raises(IntegrityError, match="unit_code_once_at_a_date"), transaction.atomic():
        _two_units(entry.on)
    with pytest.raises(IntegrityError, match="hamlet_once_at_a_date"), transaction.atomic():
        _two_hamlets(entry.on)


def _two_units(on: date) -> None:
    Unit.objects.create(level="commune", code="23152", kind="Xã", name="Mới", valid_from=on)
    _check_now()


def _two_hamlets(on: date) -> None:
    for day in (NOW, on):
        Hamlet.objects.create(commune=unit("23152"), name="Thôn 1", valid_from=day)
    _check_now()


def _check_now() -> None:
    """The periods are compared at commit; a test never gets there."""
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")

// «Near me»: the device is asked for its place only when somebody presses the button; two decimals of it go into the address.

const form = document.querySelector("[data-near]");
const offer = form?.querySelector("[data-near-ask]");

if (offer && navigator.geolocation) {
  offer.hidden = false;
  const note = offer.querySelector("[role=status]");
  offer.querySelector("button").addEventListener("click", () => {
    note.textContent = "";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const fields = new URLSearchParams(new FormData(form));
        fields.delete("noi");
        fields.set("gan", `${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`);
        location.assign(`${form.getAttribute("action")}?${fields}`);
      },
      () => (note.textContent = note.dataset.saysRefused),
      { enableHighAccuracy: false, timeout: 10_000, maximumAge: 600_000 },
    );
  });
}

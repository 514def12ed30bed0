// Passing a page on: the phone's own sharing sheet, or the address copied. Without a script the address stands there to copy.

const button = document.querySelector("[data-share]");
const address = document.querySelector("[data-public-url]");
const note = document.querySelector("[data-share-note]");

if (button && address && (navigator.share || navigator.clipboard)) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      if (navigator.share) await navigator.share({ title: document.title, url: address.value });
      else {
        await navigator.clipboard.writeText(address.value);
        note.textContent = button.dataset.saysCopied;
      }
    } catch {
      address.select(); // closed, or not allowed: the address is marked to be copied by hand
    }
  });
}

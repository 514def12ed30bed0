// Copying a text that is shown once. Without a script it stands there to be marked and copied by hand.

for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  const note = document.getElementById(button.getAttribute("aria-describedby"));
  if (!text || !note || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent.trim());
      note.textContent = button.dataset.saysCopied;
    } catch {
      getSelection().selectAllChildren(text); // not allowed: marked, to be copied by hand
      note.textContent = button.dataset.saysByHand;
    }
  });
}

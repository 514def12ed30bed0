// How many characters are left, beside fields that have a limit. The server says the same when a form is sent: without a
// script nothing is lost.

const SAID_FROM = 0.8; // of the limit: before that the number only disturbs

const dots = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ".");

for (const field of document.querySelectorAll("[data-characters]")) {
  const limit = Number(field.dataset.characters);
  const line = document.createElement("p");
  line.className = "hint";
  line.id = `${field.id}_left`;
  line.setAttribute("role", "status");
  field.after(line);
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${line.id}`.trim());
  const say = () => {
    const length = [...field.value.replace(/\r\n?/g, "\n").trim()].length;
    if (length > limit) line.textContent = `Quá ${dots(length - limit)} ký tự. Hãy rút ngắn trước khi lưu.`;
    else line.textContent = length >= limit * SAID_FROM ? `Còn viết được ${dots(limit - length)} ký tự.` : "";
  };
  field.addEventListener("input", say);
  say();
}

"use strict";
(() => {
  const form = document.querySelector(".filters");
  const photos = Array.from(document.querySelectorAll("article.photo"));
  const shown = document.querySelector(".shown");
  const nothing = document.querySelector(".nothing");
  const search = form.elements.namedItem("search");
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  let waiting = 0;

  function apply() {
    const levels = new Set(Array.from(form.querySelectorAll("[name=level]:checked"), (box) => box.value));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pose = form.elements.namedItem("pose").value;
    const status = form.elements.namedItem("status").value;
    let count = 0;
    for (const photo of photos) {
      const data = photo.dataset;
      const fits = levels.has(data.level)
        && (!status || data.status === status)
        && (!pose || data.poses.split(" ").includes(pose))
        && words.every((word) => data.text.includes(word));
      photo.hidden = !fits;
      count += fits;
    }
    nothing.hidden = count > 0 || photos.length === 0;
    shown.textContent = document.body.dataset.shown
      .replace("{n}", numbers.format(count)).replace("{all}", numbers.format(photos.length));
  }

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  }

  form.addEventListener("input", soon);
  form.addEventListener("reset", soon);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
  });
  // Paper has nothing to open: advice and basis are printed, then closed again as they were.
  const closed = [];
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll(".finding details:not([open])")) {
      part.open = true;
      closed.push(part);
    }
  });
  addEventListener("afterprint", () => closed.splice(0).forEach((part) => { part.open = false; }));
  document.documentElement.classList.add("live");
  apply();
})();

"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const root = document.documentElement;
  const PRINT_WIDTH = 640;
  const FONT = getComputedStyle(document.body).fontFamily;
  const AXIS = { gridcolor: "#E8ECF0", linecolor: "#CBD2D9", zerolinecolor: "#CBD2D9", tickfont: { size: 12.5 }, title: { font: { size: 13 }, standoff: 8 }, fixedrange: true, automargin: true };
  const BASE = {
    font: { family: FONT, size: 13, color: "#1F2933" },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    showlegend: false, hoverlabel: { font: { family: FONT, size: 13 }, bgcolor: "#fff", bordercolor: "#CBD2D9" },
    margin: { l: 12, r: 20, t: 16, b: 40 }, xaxis: AXIS, yaxis: AXIS, dragmode: false,
  };
  const CONFIG = { displayModeBar: false, responsive: false, showTips: false, doubleClick: false };

  const words = (value, lang) => {
    if (Array.isArray(value)) return value.map((item) => words(item, lang));
    if (value === null || typeof value !== "object") return value;
    const keys = Object.keys(value);
    if (keys.length === 2 && "ko" in value && "en" in value) return value[lang];
    return Object.fromEntries(keys.map((key) => [key, words(value[key], lang)]));
  };
  const merged = (one, two) => {
    const both = { ...one };
    for (const [key, value] of Object.entries(two)) {
      const deep = value && typeof value === "object" && !Array.isArray(value) && both[key] && typeof both[key] === "object";
      both[key] = deep ? merged(both[key], value) : value;
    }
    return both;
  };
  // What goes on beyond the right edge fades there, until it has been moved into sight; keys reach it and move it.
  const sliding = document.querySelectorAll(".plot, .scroll");
  const fade = () => {
    for (const place of sliding) {
      const beyond = place.scrollWidth - place.clientWidth;
      place.classList.toggle("more", beyond - place.scrollLeft > 4);
      if (beyond > 0) place.tabIndex = 0;
      else place.removeAttribute("tabindex");
    }
  };
  for (const place of sliding) place.addEventListener("scroll", fade, { passive: true });
  document.addEventListener("toggle", fade, true);
  const draw = (width) => Promise.all(Array.from(document.querySelectorAll("[data-chart]"), (place) => {
    const chart = words(charts[place.dataset.chart], root.dataset.lang);
    const layout = merged(BASE, chart.layout);
    layout.width = width ? Math.min(width, place.dataset.small ? width / 3 - 14 : width) : Math.max(place.clientWidth, place.dataset.small ? 0 : charts[place.dataset.chart].least);
    if (layout.width < 520) {
      layout.font = { ...layout.font, size: 12 };
      // A legend that stands in a column takes lines of its own.
      if (layout.showlegend) layout.height += 12 * chart.data.filter((trace) => trace.name && trace.showlegend !== false).length;
    }
    place.style.height = `${layout.height}px`;
    return Plotly.react(place, chart.data, layout, CONFIG);
  })).then(fade);

  const language = document.getElementById("language");
  const speak = (lang) => {
    root.dataset.lang = root.lang = lang;
    language.textContent = lang === "ko" ? "English" : "한국어";
    // Regions: the style sheet hides elements of the other page language.
    language.lang = lang === "ko" ? "en-US" : "ko-KR";
    document.title = document.querySelector(".brand").innerText;
  };
  for (const place of document.querySelectorAll(".small [data-chart]")) place.dataset.small = "1";
  speak(root.dataset.lang);
  language.addEventListener("click", () => { speak(root.dataset.lang === "ko" ? "en" : "ko"); draw(); });
  document.getElementById("print").addEventListener("click", () => window.print());

  let last = 0;
  let timer = 0;
  addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (innerWidth !== last) { last = innerWidth; draw(); } }, 120);
  });
  addEventListener("beforeprint", () => draw(PRINT_WIDTH));
  addEventListener("afterprint", () => draw());
  document.fonts.ready.then(() => draw()).then(() => { last = innerWidth; root.dataset.drawn = "1"; });
})();

"use strict";
// The page by itself: colours that follow the system or a person's choice, plots, the filter of refused lines.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const STORED = "ovh-logs-report.theme";
  let plots = [];

  const all = (selector) => Array.from(document.querySelectorAll(selector));

  // A page that is opened as a file may have no storage: then the choice lasts as long as the page.
  function remembered() {
    try { return localStorage.getItem(STORED); } catch { return null; }
  }
  function remember(choice) {
    try { localStorage.setItem(STORED, choice); } catch { /* nothing to be done */ }
  }

  function setTheme(choice) {
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
  }

  // A custom property says "light-dark(...)"; a colour that is in use says which it is.
  function colours() {
    const probe = document.body.appendChild(document.createElement("i"));
    const found = (name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    };
    return {found, done: () => probe.remove()};
  }

  function paint({place, data, layout}) {
    const {found, done} = colours();
    for (const trace of data) {
      if (trace.meta === "heat") {
        trace.colorscale = [[0, found("heat-low")], [0.5, found("heat-middle")], [1, found("heat-high")]];
      } else if (trace.meta === "signed") {
        trace.colorscale = [[0, found("coral")], [0.5, found("card")], [1, found("people")]];
      } else {
        trace.marker = {color: found(trace.meta), line: {width: 0}};
      }
    }
    const [text, soft, line, card] = ["text", "soft", "line", "card"].map(found);
    done();
    const family = getComputedStyle(document.body).fontFamily;
    layout.font = {color: soft, family, size: 13};
    layout.legend.font = {color: text, size: 12};
    layout.hoverlabel = {...layout.hoverlabel, bgcolor: card, bordercolor: line, font: {color: text, family, size: 12}};
    for (const axis of [layout.xaxis, layout.yaxis]) {
      Object.assign(axis, {gridcolor: line, linecolor: line});
    }
    layout.yaxis.tickfont = {color: text, size: 12};
    if (layout.yaxis.title) layout.yaxis.title.font = {color: soft, size: 12};
    for (const note of layout.annotations || []) {
      note.font = {color: note.xanchor === "left" ? text : soft, size: 13};
    }
    const config = {displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false};
    return Plotly.react(place, data, layout, config);
  }

  function choosable() {
    const buttons = all("[data-theme-choice]");
    const press = (choice) => buttons.forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    });
    press(root.dataset.theme || "auto");
    buttons.forEach((button) => button.addEventListener("click", () => {
      const choice = button.dataset.themeChoice;
      setTheme(choice);
      remember(choice);
      press(choice);
      plots.forEach(paint);
    }));
    system.addEventListener("change", () => plots.forEach(paint));
  }

  // One reason at a time; the reason that is chosen, chosen again, shows all.
  function filterable() {
    const buttons = all("button[data-reason]");
    const lines = all(".lines [data-reason]");
    const choose = (reason) => {
      const chosen = buttons.find((button) => button.dataset.reason === reason);
      buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === chosen)));
      lines.forEach((line) => { line.hidden = reason !== "" && line.dataset.reason !== reason; });
      document.getElementById("shown").textContent = chosen.dataset.says;
    };
    buttons.forEach((button) => button.addEventListener("click", () => {
      choose(button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.reason);
    }));
  }

  // The section that is read is marked in the navigation, and the mark is kept in view.
  function marked() {
    const links = all("nav a");
    const sections = links.map((link) => document.getElementById(link.hash.slice(1)));
    const bar = document.querySelector("nav");
    let current = null;
    const mark = () => {
      const reached = sections.filter((section) => section.getBoundingClientRect().top < innerHeight * 0.3);
      // The last sections may be too short to come so far up.
      const over = innerHeight + scrollY >= root.scrollHeight - 2;
      const link = links[over ? links.length - 1 : reached.length - 1] || null;
      if (link === current) return;
      if (current) current.removeAttribute("aria-current");
      current = link;
      if (!link) return;
      link.setAttribute("aria-current", "true");
      bar.scrollTo({left: link.offsetLeft - bar.offsetLeft - (bar.clientWidth - link.offsetWidth) / 2});
    };
    addEventListener("scroll", mark, {passive: true});
    mark();
  }

  setTheme(remembered());
  document.addEventListener("DOMContentLoaded", () => {
    choosable();
    filterable();
    marked();
    const given = JSON.parse(document.getElementById("plots").textContent);
    plots = all("[data-plot]").map((place) => ({place, ...given[place.dataset.plot]}));
    Promise.all(plots.map(paint)).then(() => { root.dataset.ready = "yes"; });
  });
})();

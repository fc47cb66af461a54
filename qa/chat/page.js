/* The page's script: the conversation, the sources beside it, links to answers, keyboard.
 *
 * Text from the server arrives escaped (qa/chat/escaping.py); text typed here is only ever set as
 * textContent. Gradio components call in through `qa.turns`, `qa.mail`, `qa.panel`, `qa.welcome`.
 */
"use strict";

window.qa = (() => {
  const turns = new Map(); // number of the question -> {article, reply, evidence, question, done}
  const waiting = []; // questions asked while one is being answered
  let words = {};
  let root = null;
  let panelElement = null;
  let emptyPanel = "";
  let send = null;
  let count = 0;
  let asking = null; // the turn that is being answered
  let selected = null;
  let opener = null; // where the focus goes back to when sheet or dialog closes
  let greeted = false;
  const early = []; // asked before the page was greeted: its words and its period are not known yet
  let opening = ""; // the address of the text that is being opened

  const narrow = matchMedia("(max-width: 860px)");
  const touched = matchMedia("(pointer: coarse)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const $ = (selector, inside = document) => inside.querySelector(selector);
  const box = () => $("#qa-question textarea");

  function make(tag, className, text = "") {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  function say(text) {
    let toast = $("#qa-toast");
    if (!toast) {
      toast = make("div", "");
      toast.id = "qa-toast";
      toast.setAttribute("role", "status");
    }
    ($("dialog[open]:last-of-type") ?? document.body).append(toast); // or the dialog would hide it
    toast.textContent = text;
    toast.classList.add("qa-shown");
    clearTimeout(say.timer);
    say.timer = setTimeout(() => toast.classList.remove("qa-shown"), 2000);
  }

  /* Asking. A period is {after, before}: dates, either of them empty. */

  function ask(question, { alone = false, period = chosen() } = {}) {
    question = question.trim();
    if (!question || !send) return true;
    if (!period) return false;
    if (touched.matches) box()?.blur(); // or the keyboard would cover the answer
    if (asking) waiting.push([question, alone, period]);
    else begin(question, alone, period);
    return true;
  }

  function begin(question, alone, period) {
    count += 1;
    const article = make("article", "qa-turn");
    const asked = make("p", "qa-question");
    const text = make("span", "", question);
    text.dir = "auto"; // its own: the words before it are in the page's language
    asked.append(make("span", "qa-unseen", words.you_asked + ": "), text);
    const reply = make("div", "qa-reply qa-pending");
    const halt = make("button", "qa-stop", words.stop);
    halt.type = "button";
    reply.append(make("p", "qa-thinking", words.searching), halt);
    article.append(asked, reply);
    root.append(article);
    document.body.classList.add("qa-started");
    asking = { number: count, article, reply, question, alone, period, evidence: "", done: false };
    asking.searched = question; // until the reply says what it was completed to
    turns.set(count, asking);
    article.dataset.turn = count;
    scrollTo(article, "start");
    history.replaceState(history.state, "", link(asking));
    send("submit", { turn: count, question, alone, ...period });
    mind(asking);
  }

  function receive({ turn: number, reply, evidence, searched, done }) {
    const turn = turns.get(number);
    if (!turn || turn.done) return;
    turn.evidence = evidence;
    turn.searched = searched || turn.searched;
    if (number === count) history.replaceState(history.state, "", link(turn));
    turn.reply.innerHTML = reply;
    if (selected !== turn) select(turn);
    if (!done) return;
    finish(turn);
    scrollTo(turn.article, "start");
  }

  function finish(turn) {
    turn.done = true;
    turn.reply.classList.remove("qa-pending");
    if (asking !== turn) return;
    asking = null;
    if (waiting.length) begin(...waiting.shift());
  }

  function note(turn, text) {
    const again = make("button", "qa-again", words.again);
    again.type = "button";
    again.dataset.action = "again";
    turn.reply.replaceChildren(make("p", "qa-thinking", text), again);
    giveBack(waiting.splice(0).map(([question]) => question));
    finish(turn);
  }

  /* Questions that wait for one that was stopped are not asked, and not lost. */
  function giveBack(questions) {
    const area = box();
    if (!questions.length || !area || area.value) return;
    area.value = questions.join("\n");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function stop() {
    if (!asking) return false;
    send("stop", {});
    note(asking, words.stopped);
    return true;
  }

  /* Gradio says nothing to the page when a question cannot be sent, so a late answer is asked after. */
  async function mind(turn) {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      if (asking !== turn) return;
      try {
        await fetch("healthz");
      } catch {
        if (asking === turn) failed();
        return;
      }
    }
  }

  function failed() {
    if (asking) note(asking, words.lost);
  }

  /* The period that questions are kept to */

  const form = () => $("#qa-ends");

  /* The chosen period, or nothing where that is none; then the form is shown, and says so. */
  function chosen() {
    const { after, before } = form().elements;
    const bad = [after, before].find((input) => input.validity.badInput);
    const wrong = bad || (after.value && before.value && after.value > before.value && before);
    named(Boolean(wrong));
    if (!wrong) return { after: after.value, before: before.value };
    form().parentElement.open = true;
    wrong.focus();
    return null;
  }

  /* A date that is only a year or a month is filled up, as a link written by hand may have it. */
  function choose({ after = "", before = "" }) {
    form().elements.after.value = days(after)[0];
    const [year, month] = before.split("-").map(Number);
    const last = new Date(Date.UTC(year, month || 12, 0));
    const whole = !before || before.length === 10 || Number.isNaN(last.valueOf());
    form().elements.before.value = whole ? before : last.toISOString().slice(0, 10);
    named();
  }

  function named(wrong = false) {
    const format = new Intl.DateTimeFormat(words.language, { dateStyle: "medium", timeZone: "UTC" });
    const { after, before } = form().elements;
    const [first, last] = [after, before].map(({ value, valueAsDate: day }) => value && format.format(day));
    const text = first && last ? `${first} – ${last}` : first ? `${words.since} ${first}` : last && `${words.until} ${last}`;
    $("#qa-period summary").textContent = text || words.any_date;
    $("#qa-period").classList.toggle("qa-active", Boolean(text));
    const note = $(".qa-note", form());
    note.textContent = wrong ? words.no_period : words.undated;
    note.classList.toggle("qa-wrong", wrong);
  }

  function watchPeriod() {
    form().addEventListener("input", () => named());
    form().addEventListener("reset", () => setTimeout(() => named()));
    form().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && chosen()) leavePeriod();
    });
  }

  function leavePeriod() {
    if (!form()?.parentElement.open) return false;
    form().parentElement.open = false;
    box()?.focus();
    return true;
  }

  /* Sources */

  function select(turn) {
    selected = turn;
    if (!panelElement) return;
    panelElement.innerHTML = turn.evidence || emptyPanel;
    panelElement.scrollTop = 0;
  }

  function cite(turn, number) {
    if (selected !== turn) select(turn);
    openSheet();
    for (const card of panelElement.querySelectorAll(".qa-card")) {
      const chosen = card.dataset.numbers.split(" ").includes(number);
      card.classList.toggle("qa-chosen", chosen);
      if (chosen) {
        card.focus({ preventScroll: true });
        scrollTo(card, "nearest");
      }
    }
  }

  function openSheet() {
    opener = document.activeElement;
    if (!narrow.matches) return;
    document.body.classList.add("qa-sheet");
    let close = $(".qa-close", panelElement);
    if (close) return;
    close = make("button", "qa-close", "×");
    close.type = "button";
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", closeSheet);
    panelElement.prepend(close);
    close.focus();
  }

  function closeSheet() {
    if (!document.body.classList.contains("qa-sheet")) return false;
    document.body.classList.remove("qa-sheet");
    $(".qa-close", panelElement)?.remove();
    opener?.focus();
    return true;
  }

  async function openText(address) {
    if (opening === address) return; // a double click
    opening = address;
    const before = document.activeElement;
    const main = await load(address);
    opening = "";
    if (!main) return;
    const dialog = document.createElement("dialog");
    dialog.className = "qa-dialog";
    const close = make("button", "qa-close", "×");
    close.type = "button";
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", () => dialog.close());
    dialog.setAttribute("aria-label", $("h1", main).textContent);
    dialog.append(close, main);
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus();
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    if ($(".qa-shelf", main)) shelf(dialog);
    document.body.append(dialog);
    dialog.showModal();
    $("#quote", dialog)?.scrollIntoView({ block: "center" });
  }

  /* The main part of a page of ours, or nothing when the server is away. */
  async function load(address) {
    try {
      const response = await fetch(address);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      return document.importNode($("main", page), true);
    } catch {
      say(words.lost);
      return null;
    }
  }

  /* Texts: filter, add, remove, undo */

  function shelf(dialog) {
    dialog.addEventListener("submit", (event) => event.preventDefault());
    dialog.addEventListener("input", (event) => event.target.form && filter(dialog));
    dialog.addEventListener("change", (event) => {
      if (event.target.type === "file") upload(dialog, [...event.target.files]);
    });
    for (const kind of ["dragover", "dragleave", "drop"]) {
      dialog.addEventListener(kind, (event) => {
        event.preventDefault();
        $(".qa-add", dialog)?.classList.toggle("qa-over", kind === "dragover");
        if (kind === "drop" && $(".qa-add", dialog)) upload(dialog, [...event.dataTransfer.files]);
      });
    }
  }

  function filter(dialog) {
    const { words: wanted, since, until } = $(".qa-filter", dialog).elements;
    const parts = wanted.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of dialog.querySelectorAll(".qa-list > li")) {
      const text = row.textContent.toLowerCase();
      const [first, last] = days(row.dataset.date);
      const fits =
        parts.every((part) => text.includes(part)) &&
        (!since.value || last >= since.value) &&
        (!until.value || (first && first <= until.value));
      row.hidden = !fits;
      shown += fits;
    }
    $(".qa-none", dialog).hidden = shown > 0;
  }

  /* The first and the last day that a date may mean: a year is all of its days, no date is none. */
  function days(date) {
    const last = date + (date.length === 4 ? "-12-31" : "-31");
    return [date && (date + "-01-01").slice(0, 10), date && last.slice(0, 10)];
  }

  async function upload(dialog, files) {
    for (const file of files) {
      const line = make("li", "", file.name + ": ");
      const state = make("span", "", words.sending);
      const bar = document.createElement("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      line.append(state, bar);
      $(".qa-uploads", dialog).append(line);
      const error = await sendFile(file, (share) => {
        bar.value = share;
        if (share === 1) state.textContent = words.indexing;
      });
      bar.remove();
      line.className = error ? "qa-refused" : "qa-accepted";
      line.textContent = error || `${file.name}: ${words.added}`;
    }
    refresh(dialog);
  }

  /* The reason why a file was refused, or nothing. Only XMLHttpRequest tells how much was sent. */
  function sendFile(file, progress) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", "api/texts?" + new URLSearchParams({ name: file.name }));
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) progress(event.loaded / event.total);
      });
      request.upload.addEventListener("load", () => progress(1));
      request.addEventListener("error", () => resolve(`${file.name}: ${words.failed}`));
      request.addEventListener("load", () => {
        resolve(request.status === 200 ? "" : reason(request.responseText));
      });
      request.send(file);
    });
  }

  function reason(body) {
    try {
      return JSON.parse(body).error || words.failed;
    } catch {
      return words.failed;
    }
  }

  async function refresh(dialog) {
    const main = await load("texts");
    if (!main) return;
    const removed = [...dialog.querySelectorAll(".qa-list > li:has(.qa-undo)")];
    $(".qa-list", dialog).replaceWith($(".qa-list", main));
    const there = new Set([...dialog.querySelectorAll(".qa-list > li")].map((row) => row.dataset.path));
    $(".qa-list", dialog).append(...removed.filter((row) => !there.has(row.dataset.path)));
    $(".qa-facts", dialog).replaceWith($(".qa-facts", main));
    filter(dialog);
  }

  async function change(method, address, path) {
    try {
      const response = await fetch(address + "?" + new URLSearchParams({ document: path }), { method });
      if (response.ok) return true;
      say(reason(await response.text()));
    } catch {
      say(words.lost);
    }
    return false;
  }

  async function remove(row, button) {
    const path = row.dataset.path;
    button.disabled = true;
    if (!(await change("DELETE", "api/texts", path))) {
      button.disabled = false;
      return;
    }
    const undo = make("button", "qa-undo", words.undo);
    undo.type = "button";
    undo.addEventListener("click", async () => {
      undo.disabled = true;
      if (await change("POST", "api/texts/restore", path)) {
        const dialog = undo.closest("dialog");
        row.remove();
        refresh(dialog);
      } else undo.disabled = false;
    });
    const gone = make("p", "", `${row.querySelector("a").textContent}: ${words.removed} `);
    gone.setAttribute("role", "status");
    gone.append(undo);
    row.replaceChildren(gone);
    undo.focus();
  }

  /* What a reader says of the answer that the button belongs to: its own turn's, or the panel's. */
  async function judge(button) {
    const own = turns.get(Number(button.closest(".qa-turn")?.dataset.turn));
    const { verdict, document: path, start, end } = button.dataset;
    const { searched, period } = own ?? selected;
    const body = { question: searched, verdict, ...period };
    if (path) Object.assign(body, { document: path, start: Number(start), end: Number(end) });
    try {
      const response = await fetch("api/feedback", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      if (response.ok) button.classList.add("qa-judged");
      say(response.ok ? words.thanks : reason(await response.text()));
    } catch {
      say(words.lost);
    }
  }

  function scrollTo(element, block) {
    element.scrollIntoView({ block, behavior: still.matches ? "auto" : "smooth" });
  }

  /* Clipboard: outside localhost and https the browser has no navigator.clipboard. */

  async function copy(text, message) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", "qa-unseen");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(message);
  }

  function link({ searched, period }) {
    const address = new URL(location.href);
    for (const [name, value] of Object.entries({ q: searched, ...period })) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    address.hash = "";
    return address.href;
  }

  /* Listening */

  function clicked(event) {
    const button = event.target.closest("button, a.qa-open");
    if (!button) return;
    if (button.matches("a.qa-open")) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      openText(button.href);
      return;
    }
    if (button.dataset.verdict) return void judge(button);
    if (button.matches(".qa-remove")) return void remove(button.closest("li"), button);
    if (button.matches(".qa-example")) return void ask(button.textContent);
    if (button.matches(".qa-stop")) return void stop();
    const turn = turns.get(Number(button.closest(".qa-turn")?.dataset.turn));
    if (!turn) return;
    if (button.matches(".qa-chip")) cite(turn, button.dataset.number);
    const action = button.dataset.action;
    if (action === "copy") copy(button.dataset.text, words.copied);
    if (action === "link") copy(link(turn), words.link_copied);
    if (action === "again") ask(turn.question, turn);
    if (action === "alone") ask(turn.question, { ...turn, alone: true });
    if (action === "always") {
      choose({});
      ask(turn.searched, { alone: true });
    }
    if (action === "sources") {
      select(turn);
      openSheet();
    }
  }

  function pressed(event) {
    if (event.key !== "Escape" || event.isComposing || $("dialog[open]")) return;
    if (leavePeriod() || closeSheet() || stop()) return;
    box()?.focus();
  }

  function ago() {
    const format = new Intl.RelativeTimeFormat(words.language, { numeric: "auto" });
    for (const time of document.querySelectorAll("#qa-status time")) {
      const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
      if (Number.isNaN(seconds)) continue;
      const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]].find(
        ([, length]) => seconds >= length,
      ) ?? ["second", 1];
      const text = format.format(-Math.max(0, Math.floor(seconds / size)), unit);
      if (time.textContent === text) continue; // the observer below would see its own change
      time.textContent = text;
      time.title = new Date(time.dateTime).toLocaleString(words.language);
    }
  }

  function greet(received) {
    // The other components of the same event may get theirs later.
    if (!form()) return void requestAnimationFrame(() => greet(received));
    words = received;
    document.documentElement.lang = words.language;
    root.setAttribute("aria-label", words.welcome);
    $("#qa-question button")?.setAttribute("aria-label", words.send);
    emptyPanel = emptyPanel || panelElement.innerHTML;
    new MutationObserver(ago).observe($("#qa-status"), { childList: true, subtree: true });
    ago();
    setInterval(ago, 5000);
    if (greeted) return;
    greeted = true;
    if (!narrow.matches) box()?.focus();
    const asked = new URL(location.href).searchParams;
    const [q, after, before] = ["q", "after", "before"].map((name) => asked.get(name) ?? "");
    watchPeriod();
    choose({ after, before });
    ask(q.slice(0, 1000), { period: { after, before } });
    for (const text of early.splice(0)) ask(text);
  }

  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);

  return {
    asked(text) {
      if (!greeted) early.push(text);
      return !greeted || ask(text) ? "" : text;
    },
    failed,
    mail(props, watch) {
      watch("value", () => {
        if (props.value?.words) greet(props.value.words);
        if (props.value?.feedback) document.body.classList.add("qa-judging");
        if (props.value?.reply) receive(props.value.reply);
      });
    },
    panel(element) {
      panelElement = element;
    },
    turns(element, trigger) {
      root = element;
      root.setAttribute("role", "log");
      root.setAttribute("aria-live", "polite");
      send = trigger;
    },
  };
})();

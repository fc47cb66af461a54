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

  const narrow = matchMedia("(max-width: 860px)");
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

  /* Asking */

  function ask(question, alone = false) {
    question = question.trim();
    if (!question || !send) return;
    if (asking) waiting.push([question, alone]);
    else begin(question, alone);
  }

  function begin(question, alone) {
    count += 1;
    const article = make("article", "qa-turn");
    const asked = make("p", "qa-question");
    asked.dir = "auto";
    asked.append(make("span", "qa-unseen", words.you_asked + ": "), question);
    const reply = make("div", "qa-reply qa-pending");
    const halt = make("button", "qa-stop", words.stop);
    halt.type = "button";
    reply.append(make("p", "qa-thinking", words.searching), halt);
    article.append(asked, reply);
    root.append(article);
    document.body.classList.add("qa-started");
    asking = { number: count, article, reply, question, evidence: "", done: false };
    turns.set(count, asking);
    article.dataset.turn = count;
    scrollTo(article, "start");
    const address = new URL(location.href);
    address.searchParams.set("q", question);
    history.replaceState(history.state, "", address);
    send("submit", { turn: count, question, alone });
    mind(asking);
  }

  function receive({ turn: number, reply, evidence, done }) {
    const turn = turns.get(number);
    if (!turn || turn.done) return;
    turn.evidence = evidence;
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
    again.dataset.question = turn.question;
    turn.reply.replaceChildren(make("p", "qa-thinking", text), again);
    waiting.length = 0;
    finish(turn);
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
    const before = document.activeElement;
    const main = await load(address);
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
      const [first, last] = months(row.dataset.date);
      const fits =
        parts.every((part) => text.includes(part)) &&
        (!since.value || last >= since.value) &&
        (!until.value || (first && first <= until.value));
      row.hidden = !fits;
      shown += fits;
    }
    $(".qa-none", dialog).hidden = shown > 0;
  }

  /* The first and the last month that a date may mean: a year is all of its months. */
  function months(date) {
    if (/^\d{4}$/.test(date)) return [date + "-01", date + "-12"];
    return [date.slice(0, 7), date.slice(0, 7)];
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
      state.textContent = error || words.added;
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
      request.addEventListener("error", () => resolve(words.failed));
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
    $(".qa-list", dialog).replaceWith($(".qa-list", main));
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

  async function remove(row) {
    const path = row.dataset.path;
    if (!(await change("DELETE", "api/texts", path))) return;
    const undo = make("button", "qa-undo", words.undo);
    undo.type = "button";
    undo.addEventListener("click", async () => {
      if (await change("POST", "api/texts/restore", path)) refresh(undo.closest("dialog"));
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
    const body = { question: (own ?? selected).question, verdict };
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

  function link(question) {
    const address = new URL(location.href);
    address.search = new URLSearchParams({ q: question });
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
    if (button.matches(".qa-remove")) return void remove(button.closest("li"));
    if (button.matches(".qa-example")) return void ask(button.textContent);
    if (button.matches(".qa-stop")) return void stop();
    if (button.matches(".qa-again")) return void ask(button.dataset.question);
    const turn = turns.get(Number(button.closest(".qa-turn")?.dataset.turn));
    if (!turn) return;
    if (button.matches(".qa-chip")) cite(turn, button.dataset.number);
    const action = button.dataset.action;
    if (action === "copy") copy(button.dataset.text, words.copied);
    if (action === "link") copy(link(turn.question), words.link_copied);
    if (action === "alone") ask(turn.question, true);
    if (action === "sources") {
      select(turn);
      openSheet();
    }
  }

  function pressed(event) {
    if (event.key !== "Escape" || event.isComposing || $("dialog[open]")) return;
    if (closeSheet() || stop()) return;
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
    ask(new URL(location.href).searchParams.get("q")?.slice(0, 1000) ?? "");
  }

  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);

  return {
    asked(text) {
      ask(text);
      return "";
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

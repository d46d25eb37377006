"use strict";
(() => {
  const [sentences, run, { results: details = [] }, lookAt, rows, latency, states] =
    JSON.parse(document.getElementById("data").textContent);
  const [headline, subject, complianceSentence, rerun] = sentences;
  const main = document.getElementById("main");
  const TONES = {
    PASSED: "good", UNSUPPORTED: "idle", NOT_IMPLEMENTED: "idle", KNOWN_FAILURE: "warn", NOT_RUN: "warn",
    FAILED: "bad", ERROR: "bad", passed: "good", failed: "bad", incomplete: "warn", compliant: "good",
    "not compliant": "bad", "not measured": "warn", met: "good", missed: "bad", proved: "good",
    contradicted: "bad", unsupported: "idle", "not tested": "warn",
  };
  const VERDICTS = ["ERROR", "FAILED", "NOT_RUN", "KNOWN_FAILURE", "NOT_IMPLEMENTED", "UNSUPPORTED", "PASSED"];
  const PAGE_OF_ROWS = 200;
  const OPEN_AT_FIRST = 1;

  // Children that are not elements become text nodes: nothing in a report is ever read as markup.
  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "on") Object.entries(value).forEach(([event, act]) => element.addEventListener(event, act));
      else if (value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  }
  const NAMESPACE = "http://www.w3.org/2000/svg";
  function svg(tag, attributes, ...children) {
    const element = document.createElementNS(NAMESPACE, tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...children);
    return element;
  }
  const tag = (word) => h("span", { class: `tag ${TONES[word] || "idle"}` }, word.replaceAll("_", " "));
  const code = (text) => h("code", {}, text);
  const section = (id, title, ...children) =>
    main.append(h("section", { "aria-labelledby": id }, h("h2", { id }, title), ...children));
  const milliseconds = (value) =>
    value === null || value === undefined ? "" : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
  const time = (value) => (value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${milliseconds(value)} ms`);
  const percent = (value) => (value >= 1 ? "100 %" : `${(Math.floor(value * 1000) / 10).toFixed(1)} %`);
  // Only links of the web are links; anything else, javascript: above all, stays text.
  const source = (text) =>
    /^https?:\/\/\S+$/i.test(text || "") ? h("a", { href: text, rel: "noreferrer" }, text) : text || "";

  function table(caption, columns, body) {
    const head = columns.map(([name, kind]) => h("th", { scope: "col", class: kind }, name));
    return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      h("table", { class: "data" }, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)),
        h("tbody", {}, body.map((cells) => row(columns, cells)))));
  }
  const row = (columns, cells) =>
    h("tr", {}, cells.map((cell, at) =>
      h(at ? "td" : "th", { class: columns[at][1], scope: at ? null : "row" }, cell)));

  async function copy(text, button, status) {
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Pages opened from disk may have no clipboard; the older way needs a selection.
      const area = h("textarea", { "aria-hidden": "true" });
      area.value = text;
      button.after(area);
      area.select();
      isCopied = document.execCommand("copy");
      area.remove();
      button.focus();
    }
    status.textContent = isCopied ? "copied" : "not copied: select the command";
  }
  function command(text) {
    const status = h("span", { class: "small soft", role: "status" });
    const button = h("button", { type: "button", on: { click: () => copy(text, button, status) } }, "Copy");
    return h("div", {}, h("div", { class: "command" }, h("pre", {}, h("code", {}, text)), button), status);
  }

  function drawTop() {
    const status = run.compliance_status;
    const [word, ...rest] = headline.split(": ");
    const meter = h("div", { class: "meter", role: "img", "aria-label": complianceSentence },
      h("i", {}), h("b", {}));
    meter.children[0].style.width = `${Math.min(1, status.score) * 100}%`;
    meter.children[1].style.left = `${Math.min(1, status.minimum_score) * 100}%`;
    document.title = `${run.status.toUpperCase()} · ${run.exchange} · ${run.connector} · venueproof`;
    const started = run.started_time ? `, started ${run.started_time}` : "";
    main.append(h("header", { class: "top" },
      h("div", { class: `card verdict ${TONES[run.status] || "idle"}` },
        h("h1", {}, h("span", {}, word, " "), rest.join(": ")),
        h("p", { class: "wrap" }, subject),
        h("p", { class: "soft small wrap" },
          `Took ${time(run.duration_ms)}${started}. venueproof ${run.venueproof_version}, exit code ${run.exit_code}.`)),
      h("div", { class: `card ${TONES[status.state] || "idle"}` },
        h("p", { class: "soft small wrap" }, "Compliance with profile ", h("strong", {}, status.profile)),
        h("p", { class: "big" }, status.state),
        meter,
        h("p", { class: "soft small" },
          `score ${percent(status.score)}, more than ${percent(status.minimum_score)} needed; `
          + `hft_compliant: ${run.hft_compliant}`))));
    const tiles = [
      ["executed", run.total_tests, ""], ["passed", run.passed, "good"], ["failed", run.failed, "bad"],
      ["errors", run.errors, "bad"], ["known failures", run.known_failures, "warn"],
      ["not run", run.not_run, "warn"], ["not implemented", run.not_implemented, ""],
      ["unsupported", run.unsupported, ""],
    ];
    main.append(h("dl", { class: "counts", "aria-label": "Counts by verdict" }, tiles.map(([name, count, tone]) =>
      h("div", { class: count ? tone : "" }, h("dt", {}, name), h("dd", {}, String(count))))));
    notes("This run is incomplete", run.incomplete_because, "bad");
    notes("Warnings", run.warnings, "warn");
  }
  function notes(title, texts, tone) {
    if (!texts.length) return;
    main.append(h("div", { class: `note ${tone}` }, h("strong", {}, title),
      h("ul", {}, texts.map((text) => h("li", { class: "wrap" }, text)))));
  }

  function titled(title, ...children) { return h("div", {}, h("h3", {}, title), ...children); }
  function body(result, advice) {
    const exception = [result.error_class, result.error_code && `code ${result.error_code}`].filter(Boolean);
    const parts = [
      titled("Rule", h("p", { class: "wrap" }, result.rule || result.title)),
      result.rule_reason && titled("Why a trader cares", h("p", { class: "wrap" }, result.rule_reason)),
      (result.expected ?? result.observed ?? null) !== null && h("div", { class: "pair" },
        h("div", { class: "good" }, h("h3", {}, "Expected"), h("pre", {}, result.expected ?? "(not recorded)")),
        h("div", { class: "bad" }, h("h3", {}, "Observed"), h("pre", {}, result.observed ?? "(not recorded)"))),
      result.transcript && titled("Transcript, oldest first", h("pre", { tabindex: "0" }, result.transcript.join("\n"))),
      result.traceback && titled("Traceback", h("pre", { tabindex: "0" }, result.traceback)),
      result.reproduce && titled("Reproduce", command(result.reproduce)),
      h("p", { class: "small wrap" }, h("strong", {}, "Look at: "), advice),
      result.rule_source && h("p", { class: "small wrap" }, h("strong", {}, "Where the rule is written: "), source(result.rule_source)),
      h("p", { class: "small soft wrap" }, [
        exception.length && `Ended with ${exception.join(", ")}.`,
        result.oracle && `Decided by ${result.oracle.join(", ")}.`,
        result.hunts && `Hunts ${result.hunts.join(", ")}.`,
        `Took ${time(result.duration_ms)}.`,
      ].filter(Boolean).join(" ")),
    ];
    return h("div", {}, parts.filter(Boolean));
  }
  const reasons = new Map(rows.map(([id, , , , , reason]) => [id, reason]));
  const cards = new Map();
  function failure(result, at, isOpen) {
    const card = h("details", { class: `failure ${TONES[result.verdict]}`, id: `failure-${at + 1}` },
      h("summary", {}, tag(result.verdict), " ", tag(result.level), " ", code(result.id),
        h("span", { class: "why" }, reasons.get(result.id) || "")));
    // Filled when first opened: thousands of failures would make the page slow.
    const fill = () => { if (card.open && card.children.length === 1) card.append(body(result, lookAt[at])); };
    card.addEventListener("toggle", fill);
    card.open = isOpen;
    fill();
    cards.set(result.id, card);
    return card;
  }
  function drawFailures() {
    const drawn = details.map((result, at) => [result, failure(result, at, at < OPEN_AT_FIRST && result.verdict !== "KNOWN_FAILURE")]);
    const fresh = drawn.filter(([result]) => result.verdict !== "KNOWN_FAILURE").map(([, card]) => card);
    const known = drawn.filter(([result]) => result.verdict === "KNOWN_FAILURE").map(([, card]) => card);
    section("failures", `Failures (${fresh.length})`,
      ...(fresh.length ? fresh : [h("p", { class: "soft" }, "No case failed and none ended in an error.")]));
    if (known.length) {
      section("known", `Known failures (${known.length})`,
        h("p", { class: "soft" }, "Listed for this version of a client that is not ours; they do not fail the run."), ...known);
    }
  }

  function drawResults() {
    const chosen = new Set();
    let limit = PAGE_OF_ROWS;
    const columns = [["verdict", ""], ["case", ""], ["level", "wide"], ["area", "wide"], ["duration", "number wide"]];
    const list = h("tbody", {});
    const count = h("p", { class: "soft small", role: "status" });
    const more = h("button", { type: "button", class: "more", on: { click: () => { limit += 5 * PAGE_OF_ROWS; show(); } } }, "Show more");
    const again = () => { limit = PAGE_OF_ROWS; show(); };
    const text = h("input", { type: "search", placeholder: "id or reason", on: { input: again } });
    const areas = [...new Set(rows.map(([, , area]) => area))].sort();
    const area = h("select", { on: { change: again } },
      h("option", { value: "" }, "all areas"), areas.map((name) => h("option", { value: name }, name)));
    const chips = VERDICTS.map((verdict) => [verdict, rows.filter(([, given]) => given === verdict).length])
      .filter(([, amount]) => amount)
      .map(([verdict, amount]) => {
        const chip = h("button", { type: "button", class: TONES[verdict], "aria-pressed": "false", on: { click: () => {
          if (!chosen.delete(verdict)) chosen.add(verdict);
          chip.setAttribute("aria-pressed", String(chosen.has(verdict)));
          again();
        } } }, `${verdict.replaceAll("_", " ")} ${amount}`);
        return chip;
      });
    function show() {
      const wanted = text.value.trim().toLowerCase();
      const found = rows.filter(([id, verdict, where, , , reason]) =>
        (!chosen.size || chosen.has(verdict)) && (!area.value || area.value === where)
        && (!wanted || id.toLowerCase().includes(wanted) || reason.toLowerCase().includes(wanted)));
      list.replaceChildren(...found.slice(0, limit).map(line));
      count.textContent = `${found.length} of ${rows.length} results`
        + (found.length > limit ? `, the first ${limit} shown` : "");
      more.hidden = found.length <= limit;
    }
    function line([id, verdict, where, level, duration, reason]) {
      const card = cards.get(id);
      const name = card
        ? h("a", { href: `#${card.id}`, on: { click: () => { card.open = true; } } }, code(id))
        : code(id);
      return row(columns, [tag(verdict), [name, reason ? h("div", { class: "small soft wrap" }, reason) : null],
        level, where, time(duration)]);
    }
    section("results", `All results (${rows.length})`,
      h("fieldset", { class: "chips" }, h("legend", {}, "Verdict (none chosen shows all)"), chips),
      h("div", { class: "filters" }, h("label", { class: "grow" }, "Text", text), h("label", {}, "Area", area)),
      count,
      h("div", { class: "scroll" }, h("table", {},
        h("thead", {}, h("tr", {}, columns.map(([name, kind]) => h("th", { scope: "col", class: kind }, name)))), list)),
      more);
    show();
  }

  function drawCompliance() {
    const clauses = run.compliance_status.clauses;
    if (!clauses.length) return;
    section("compliance", `Compliance with profile ${run.compliance_status.profile}`,
      table(`${complianceSentence}. A clause that was not measured earns nothing.`,
        [["clause", ""], ["state", ""], ["measured", "number"], ["limit", "number"], ["weight", "number"], ["evidence", ""]],
        clauses.map((clause) => [code(clause.name), tag(clause.state),
          clause.measured === null ? "" : `${Number(clause.measured.toPrecision(4))} ${clause.unit}`,
          `${clause.threshold} ${clause.unit}`, String(clause.weight), clause.evidence])));
  }

  const SPLIT = [["venue", "venue_p50_ms"], ["wire", "wire_p50_ms"], ["client", "client_p50_ms"]];
  const hasSplit = (figure) => SPLIT.every(([, field]) => typeof figure[field] === "number");
  function plot(width) {
    const figures = latency.map(([, figure]) => figure);
    const positive = figures.flatMap((figure) => [figure.p50_ms, figure.max_ms]).filter((value) => value > 0);
    const low = Math.floor(Math.log10(Math.min(...positive)));
    const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive))));
    const x = (value) => ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (width - 24) + 12;
    const rowHeight = (figure) => (hasSplit(figure) ? 62 : 48);
    const height = 26 + figures.reduce((sum, figure) => sum + rowHeight(figure), 0);
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": "Latency of each operation on a logarithmic scale; the figures are in the table below" });
    for (let decade = low; decade <= high; decade += 1) {
      const at = x(10 ** decade);
      const anchor = decade === low ? "start" : decade === high ? "end" : "middle";
      picture.append(svg("line", { x1: at, x2: at, y1: 20, y2: height, stroke: "var(--line)" }),
        svg("text", { x: decade === low ? 2 : decade === high ? width - 2 : at, y: 13, "text-anchor": anchor, class: "axis" }, `${Number((10 ** decade).toPrecision(1))} ms`));
    }
    let y = 26;
    for (const figure of figures) {
      const middle = y + 30;
      const unsure = figure.uncertainty_ms || 0;
      picture.append(
        svg("text", { x: 12, y: y + 15 }, figure.operation),
        svg("text", { x: width - 12, y: y + 15, "text-anchor": "end", class: "axis" }, `p50 ${milliseconds(figure.p50_ms)} · p99 ${milliseconds(figure.p99_ms)}`),
        svg("line", { x1: x(figure.p50_ms), x2: x(figure.max_ms), y1: middle, y2: middle, stroke: "var(--soft)", "stroke-width": 2 }));
      for (const value of unsure ? [figure.p50_ms, figure.p99_ms] : []) {
        const left = x(value - unsure);
        picture.append(svg("rect", { x: left, y: middle - 7, width: Math.max(1, x(value + unsure) - left), height: 14, fill: "var(--band)", rx: 3 }));
      }
      const p99 = x(figure.p99_ms);
      picture.append(
        svg("circle", { cx: x(figure.p50_ms), cy: middle, r: 5, fill: "var(--mark)" }),
        svg("path", { d: `M${p99} ${middle - 6}L${p99 + 6} ${middle}L${p99} ${middle + 6}L${p99 - 6} ${middle}Z`, fill: "var(--card)", stroke: "var(--mark)", "stroke-width": 2 }),
        svg("line", { x1: x(figure.max_ms), x2: x(figure.max_ms), y1: middle - 5, y2: middle + 5, stroke: "var(--soft)", "stroke-width": 2 }));
      if (hasSplit(figure)) {
        const total = SPLIT.reduce((sum, [, field]) => sum + figure[field], 0) || 1;
        let left = 12;
        for (const [name, field] of SPLIT) {
          const share = (figure[field] / total) * (width - 24);
          picture.append(svg("rect", { x: left, y: middle + 14, width: Math.max(0, share - 2), height: 8, rx: 2, fill: `var(--${name})` },
            svg("title", {}, `${name} ${milliseconds(figure[field])} ms`)));
          left += share;
        }
      }
      y += rowHeight(figure);
    }
    return picture;
  }
  function drawLatency() {
    if (!latency.length) return;
    const box = h("div", {});
    const swatch = (name) => {
      const square = h("i", {});
      square.style.setProperty("--swatch", `var(--${name})`);
      return h("li", {}, square, name === "band" ? "uncertainty" : `share of ${name}`);
    };
    const isSplit = latency.some(([, figure]) => hasSplit(figure));
    const canPlot = latency.some(([, figure]) => figure.p50_ms > 0);
    const legend = h("ul", { class: "legend" }, h("li", {}, "● p50"), h("li", {}, "◇ p99"), h("li", {}, "| max"),
      swatch("band"), isSplit ? SPLIT.map(([name]) => swatch(name)) : null);
    const columns = ["count", "p50", "p90", "p99", "max", "venue p50", "wire p50", "client p50", "± uncertainty"];
    section("latency", "Latency",
      canPlot ? h("div", { class: "plot" }, box, legend) : h("p", {}),
      table("Milliseconds; venue, wire and client are the medians of each part of the operation",
        [["operation", ""], ...columns.map((name) => [name, "number"])],
        latency.map(([id, figure]) => [
          h("span", { title: id }, figure.operation), String(figure.count),
          ...["p50_ms", "p90_ms", "p99_ms", "max_ms", "venue_p50_ms", "wire_p50_ms", "client_p50_ms", "uncertainty_ms"]
            .map((field) => milliseconds(figure[field]))])));
    if (!canPlot) return;
    let drawn = 0;
    const draw = () => {
      const width = Math.max(280, Math.round(box.clientWidth));
      if (width !== drawn) box.replaceChildren(plot(width));
      drawn = width;
    };
    draw();
    window.addEventListener("resize", draw);
  }

  function drawCapabilities() {
    if (!run.capabilities.length) return;
    section("capabilities", "Capabilities",
      table("What the venue declares, and what this run says to it",
        [["capability", ""], ["state", ""], ["declared", "wide"], ["proved by", "number"], ["contradicted by", "number"], ["reason and source", ""]],
        run.capabilities.map((capability, at) => [code(capability.name), tag(states[at]), capability.declared,
          String(capability.passed || ""), String(capability.failed || ""),
          [capability.reason ? `${capability.reason} ` : null, source(capability.source)]])));
  }
  function drawCoverage() {
    if (!run.coverage.length) return;
    section("coverage", "Coverage", table("Entries of each list that a passed case exercised",
      [["list", ""], ["covered", "number"], ["", "wide"], ["missing", ""]],
      run.coverage.map(({ name, covered, missing }) => {
        const total = covered.length + missing.length;
        const share = total ? covered.length / total : 1;
        const bar = h("span", { class: "bar", "aria-hidden": "true" }, h("i", {}));
        bar.firstChild.style.width = `${share * 100}%`;
        return [name, `${covered.length} of ${total} (${percent(share)})`, bar,
          missing.length ? h("details", {}, h("summary", {}, `${missing.length} missing`), h("div", { class: "small wrap" }, missing.join(", "))) : "none"];
      })));
  }

  function facts(pairs) {
    return h("dl", { class: "facts card" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
      .flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  }
  function drawEnvironment() {
    const place = run.environment || {};
    const known = Object.entries(place.packages || {}).map(([name, version]) => `${name} ${version}`).join(", ");
    const classes = Object.entries(run.errors_by_class).map(([name, count]) => `${name} ${count}`).join(", ");
    const figures = Object.entries(run.metrics).map(([name, value]) =>
      [name.replaceAll("_", " "), typeof value === "object" ? JSON.stringify(value) : String(value)]);
    section("environment", "Environment", facts([
      ["Venue", run.exchange], ["Connector", `${run.connector} ${run.connector_version}`], ["Suite", run.test_suite],
      ["Target", `${run.target} (evidence: ${run.evidence_grade})`], ["Seed", String(run.seed)],
      ["Strict", run.is_strict ? "yes" : "no"], ["Python", place.python], ["Platform", place.platform],
      ["CPUs", place.cpu_count && String(place.cpu_count)], ["Packages", known], ["Errors by class", classes],
      ...figures, ["Report schema", run.schema_version],
    ]));
    section("again", "Run everything again", command(rerun));
  }

  function openLinked() {
    const card = location.hash.startsWith("#failure-") && document.getElementById(location.hash.slice(1));
    if (card) { card.open = true; card.scrollIntoView(); }
  }

  main.replaceChildren();
  drawTop();
  drawFailures();
  drawResults();
  drawCompliance();
  drawLatency();
  drawCapabilities();
  drawCoverage();
  drawEnvironment();
  openLinked();
  window.addEventListener("hashchange", openLinked);
})();

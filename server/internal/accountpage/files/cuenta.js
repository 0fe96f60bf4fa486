// The page works without this script. It takes the token out of the address,
// shows the strength while one types and lets one see what is typed.
// `rules` comes before this file from the server: words, runs, folds, costs.

// The estimator of shared/strength, with the same rules and vectors.
const llaveroStrength = (() => {
  const folds = new Map(Array.from(rules.foldFrom).map((c, i) => [c, rules.foldTo[i]]));
  const common = new Set(rules.common);
  const fold = (c) => {
    if (c >= "A" && c <= "Z") return c.toLowerCase();
    if (c.codePointAt(0) < 128 && !"@$!".includes(c)) return c;
    const lower = Array.from(c.toLowerCase())[0];
    return folds.get(lower) ?? lower;
  };
  const isDigit = (c) => c >= "0" && c <= "9" && c.length === 1;
  const isLetter = (c) => c >= "a" && c <= "z" && c.length === 1;
  const pieces = (own) => {
    const all = new Set();
    const add = (part) => {
      if (part.length < 3) return;
      all.add(part.join(""));
      all.add(part.slice().reverse().join(""));
    };
    for (const text of own) {
      let whole = [], part = [];
      for (const c of Array.from(text).map(fold)) {
        if (!isLetter(c) && !isDigit(c)) { add(part); part = []; continue; }
        whole.push(c);
        part.push(c);
      }
      add(part);
      add(whole);
    }
    return all;
  };
  const isRepeat = (text, start, end) => {
    const n = end - start;
    if (n >= 2 && start >= n && text.slice(start - n, start).every((c, i) => c === text[start + i])) return true;
    return n >= 2 && start > 0 && text.slice(start, end).every((c) => c === text[start - 1]);
  };
  const isRun = (piece, chars) => {
    const back = chars.slice().reverse().join("");
    return rules.runs.some((row) => row.includes(piece) || row.includes(back));
  };
  const pieceCost = (text, start, end, own) => {
    const chars = text.slice(start, end), piece = chars.join(""), n = end - start;
    if (n >= 3 && own.has(piece)) return 40;
    if (isRepeat(text, start, end)) return 40;
    if (n >= 3 && isRun(piece, chars)) return 60;
    if (/^(19|20)[0-9]{2}$/.test(piece)) return 60;
    if (n >= 3 && common.has(piece)) return 100;
    return -1;
  };
  const charCost = (c) => isDigit(c) ? 33 : isLetter(c) ? 47 : c >= "A" && c <= "Z" && c.length === 1 ? 50 : 55;
  const cost = (password, own) => {
    const raw = Array.from(password), text = raw.map(fold), words = pieces(own), best = [0];
    for (let end = 1; end <= raw.length; end++) {
      best[end] = best[end - 1] + charCost(raw[end - 1]);
      for (let start = end - 1; start >= 0; start--) {
        const c = pieceCost(text, start, end, words);
        if (c >= 0 && best[start] + c < best[end]) best[end] = best[start] + c;
      }
    }
    return best[raw.length];
  };
  const level = (password, own) => {
    const bits = cost(password, own);
    return bits < rules.least ? 0 : bits < rules.good ? 1 : bits < rules.great ? 2 : 3;
  };
  return { cost, level };
})();
window.llaveroStrength = llaveroStrength;

// The token stands behind the «#», which no server sees; the form takes it from
// there once, and the address forgets it.
const takeToken = () => {
  const form = document.getElementById("open"), field = document.getElementById("token");
  const token = location.hash.slice(1);
  if (!form || !token) return;
  history.replaceState(null, "", location.pathname);
  if (field.value !== "") return;
  field.value = decodeURIComponent(token);
  form.requestSubmit();
};

const showMeter = (field) => {
  const meter = document.getElementById("meter"), words = document.getElementById("strength"), own = JSON.parse(field.dataset.own);
  const draw = () => {
    const typed = field.value;
    meter.hidden = typed === "";
    const level = Array.from(typed).length < rules.min ? 0 : llaveroStrength.level(typed, own);
    meter.querySelector(".bar").dataset.level = level;
    words.textContent = Array.from(typed).length < rules.min ? "Débil: le faltan " + (rules.min - Array.from(typed).length) + " caracteres" : rules.levels[level];
  };
  field.addEventListener("input", draw);
  draw();
};

const eyes = () => {
  for (const eye of document.querySelectorAll("button.eye")) {
    const field = document.getElementById(eye.dataset.for);
    eye.hidden = false;
    eye.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      eye.textContent = shown ? "Ocultar" : "Mostrar";
      eye.setAttribute("aria-pressed", String(shown));
      field.focus();
    });
  }
};

const sameTwice = (first, second) => {
  const check = () => second.setCustomValidity(second.value !== "" && first.value !== second.value ? "Las dos contraseñas no son iguales." : "");
  first.addEventListener("input", check);
  second.addEventListener("input", check);
};

// What was wrong is not said beside what is being written anew.
for (const field of document.querySelectorAll(".wrong input")) {
  field.addEventListener("input", () => {
    field.closest(".field").classList.remove("wrong");
    field.removeAttribute("aria-invalid");
    document.getElementById(field.id + "-error").textContent = "";
  }, { once: true });
}

// A second press sends nothing more.
for (const form of document.forms) {
  form.addEventListener("submit", () => {
    for (const field of form.querySelectorAll("input[type=text]:not([readonly])")) field.readOnly = true;
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = true;
    for (const id of ["password", "repeat"]) {
      const field = document.getElementById(id);
      if (field) field.type = "password";
    }
  });
}
takeToken();
eyes();
if (document.getElementById("password")) {
  showMeter(document.getElementById("password"));
  sameTwice(document.getElementById("password"), document.getElementById("repeat"));
}

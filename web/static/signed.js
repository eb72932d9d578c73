/* Hands in what the signing page has answered, from the fragment, which no server has seen. Safe to run again:
   the same answer counts once. What only this browser may know (a handover link's secret) stays here. */
const show = (id, text) => {
  for (const one of ["working", "offline", "refused", "nothing"]) {
    document.getElementById(one).hidden = one !== id;
  }
  if (text) { document.getElementById(id).textContent = text; }
  document.getElementById("again").hidden = id === "working" || id === "offline";
};

const read = () => {
  const found = /[#&]a=([A-Za-z0-9_-]+)/.exec(location.hash);
  if (!found) { return null; }
  const base64 = found[1].replace(/-/g, "+").replace(/_/g, "/");
  try {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (unreadable) {
    return null;
  }
};

const keepHere = (kept, to) => {
  const offer = /\/handover\/([A-Za-z0-9_-]+)/.exec(to);
  if (kept && offer) {
    localStorage.setItem(`handover:${offer[1]}`, JSON.stringify({ secret: kept.secret, code: kept.code }));
  }
};

const handIn = async () => {
  const answer = read();
  if (!answer) { return show("nothing"); }
  const { keep: kept, ...sent } = answer;
  if (kept) { sent.code = kept.code; }
  show("working");
  let response;
  try {
    response = await fetch(location.pathname + location.search, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "X-CSRFToken": document.querySelector("meta[name=csrf]").content,
      },
      body: JSON.stringify(sent),
    });
  } catch (away) {
    show("offline");
    addEventListener("online", handIn, { once: true });
    setTimeout(handIn, 5000);
    return undefined;
  }
  const told = await response.json().catch(() => ({}));
  if (!response.ok) { return show("refused", told.detail || document.getElementById("nothing").textContent); }
  keepHere(kept, told.to);
  return location.replace(told.to);
};

handIn();

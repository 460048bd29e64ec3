// Numbers as people read them.

const missing = "–";

const groupings = [0, 1, 2].map((digits) => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));

/** Thousands grouped, with up to two decimals. */
function grouped(value, digits = 0) {
  return groupings[digits].format(value);
}

/** So many significant digits, thousands grouped, whole digits kept. */
function rounded(value, digits = 3) {
  if (!Number.isFinite(value)) return missing;
  if (Math.abs(value) >= 10 ** (digits - 1)) return grouped(value);
  return value === 0 ? "0" : String(Number(value.toPrecision(digits)));
}

const sixDigits = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });

/** An axis value, in the six digits that the command line takes for it. */
function plain(value) {
  return sixDigits.format(value);
}

/** A tick's label: 120k, 1.5M. */
function short(value) {
  for (const [size, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]])
    if (Math.abs(value) >= Math.max(size, 1e4)) return `${Number((value / size).toPrecision(4))}${letter}`;
  return plain(value);
}

/** Money: cents below 100 dollars. */
function usd(value) {
  if (!Number.isFinite(value)) return missing;
  return `${value < 0 ? "−" : ""}$${grouped(Math.abs(value), Math.abs(value) < 100 ? 2 : 0)}`;
}

/** A share in percent: 0.438%, 64.4%, 99.8%; never rounded to none or to all. */
function percent(share) {
  if (!Number.isFinite(share)) return missing;
  if (share <= 0 || share === 1) return `${100 * share}%`;
  if (share < 1e-6) return "<0.0001%";
  const rest = Math.min(share, Math.abs(1 - share));
  const digits = Math.max(1, Math.min(4, 1 - Math.floor(Math.log10(100 * rest) + 1e-6)));
  return `${(100 * share).toFixed(digits)}%`;
}

/** A share that somebody set: 95%, 99.95%. */
function level(share) {
  return `${Number((100 * share).toPrecision(7))}%`;
}

const formats = {
  usd,
  share: percent,
  number: (value) => rounded(value),
  ratio: (value) => (Number.isFinite(value) ? `${value.toFixed(2)}×` : missing),
  minutes: (value) => `${rounded(value)} min`,
};

function interval(low, high, say) {
  return Number.isFinite(low) && Number.isFinite(high) ? `[${say(low)}, ${say(high)}]` : "";
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** 13:05, or "day 2, 13:05" where there are several. */
function clock(minute) {
  const day = Math.floor(minute / 1440);
  const rest = minute - day * 1440;
  const time = `${String(Math.floor(rest / 60)).padStart(2, "0")}:${String(Math.floor(rest % 60)).padStart(2, "0")}`;
  return day > 0 ? `day ${day + 1}, ${time}` : time;
}

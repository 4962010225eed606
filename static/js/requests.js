// Requests that end: each is given up after a time, and can be given up for a newer one.
const PATIENCE_MILLISECONDS = 20000;

// The response with its text. It fails with a TimeoutError when that is not there in time.
export async function request(address, options = {}, controller = new AbortController()) {
  const giveUp = () => controller.abort(new DOMException("No answer in time", "TimeoutError"));
  const timer = setTimeout(giveUp, PATIENCE_MILLISECONDS);
  try {
    const response = await fetch(address, { ...options, signal: controller.signal });
    return { response, text: await response.text() };
  } finally {
    clearTimeout(timer);
  }
}

// The options of a request that sends a form. Only what would be misread is escaped: Korean takes
// three bytes a letter then, where URLSearchParams makes nine, and a page that is left may send
// 64 KiB (Fetch, section 4.6).
export function form(fields) {
  const escape = (text) => String(text).replace(/[%&+=]/g, encodeURIComponent).replaceAll(" ", "+");
  return {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: Object.entries(fields)
      .map((field) => field.map(escape).join("="))
      .join("&"),
  };
}

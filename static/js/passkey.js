// Forms that are sent with the answer of a device (WebAuthn). The server says what to ask it, and
// judges the answer; here is only the way between them.
import { request } from "./requests.js";

export function usePasskeys() {
  if (!window.PublicKeyCredential) {
    return;
  }
  document.querySelectorAll("[data-lacks-passkeys]").forEach((element) => (element.hidden = true));
  document.querySelectorAll("form[data-passkey]").forEach(usePasskey);
}

function usePasskey(form) {
  const button = form.querySelector("button");
  const message = form.querySelector("[data-passkey-message]");
  // Not the property "disabled", which would take the focus off the button for good.
  const wait = (isWaiting) => {
    button.classList.toggle("disabled", isWaiting);
    button.setAttribute("aria-disabled", isWaiting);
  };
  form.querySelector("[data-needs-passkeys]").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.classList.contains("disabled")) {
      return;
    }
    wait(true);
    message.textContent = "";
    try {
      const options = await requestOptions(form);
      const credential = await ask(form.dataset.passkey, options);
      form.elements.credential.value = JSON.stringify(asJSON(credential));
      form.submit();
    } catch (error) {
      message.textContent = form.dataset[reason(error)];
      wait(false);
    }
  });
  // Back in a page that the browser had put aside.
  window.addEventListener("pageshow", () => wait(false));
}

class TooOften extends Error {}

async function requestOptions(form) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const { response, text } = await request(form.dataset.options, { method: "POST", body });
  if (response.status === 429) {
    throw new TooOften();
  }
  // Whoever is not logged in any more, or for too long, gets a page instead.
  return JSON.parse(text);
}

function ask(ceremony, options) {
  return ceremony === "create"
    ? navigator.credentials.create({ publicKey: creationOptions(options) })
    : navigator.credentials.get({ publicKey: requestOptionsOf(options) });
}

function reason(error) {
  const reasons = {
    NotAllowedError: "dismissed",
    AbortError: "dismissed",
    InvalidStateError: "known",
    SecurityError: "elsewhere",
  };
  // Password managers take the place of the browser here, and may throw anything.
  return error instanceof TooOften ? "tooOften" : (reasons[error?.name] ?? "failed");
}

// Browsers from before 2025 do not translate between JSON and bytes themselves, and what a password
// manager hands over may throw when it is asked to.

function creationOptions(options) {
  try {
    return PublicKeyCredential.parseCreationOptionsFromJSON(options);
  } catch {
    // As below.
  }
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials.map(descriptor),
  };
}

function requestOptionsOf(options) {
  try {
    return PublicKeyCredential.parseRequestOptionsFromJSON(options);
  } catch {
    // As below.
  }
  return {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: options.allowCredentials.map(descriptor),
  };
}

function descriptor(credential) {
  return { ...credential, id: bytes(credential.id) };
}

function asJSON(credential) {
  try {
    return credential.toJSON();
  } catch {
    // As below.
  }
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = {};
  for (const name of names.filter((each) => credential.response[each])) {
    response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

function bytes(base64url) {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function text(buffer) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

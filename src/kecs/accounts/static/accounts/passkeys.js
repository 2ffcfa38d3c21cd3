// Asks the browser to make or to show a passkey, and sends what it answers in the form that asked.
// Passkeys need script; each page with this file has another way, and says so.

const STATUS = "[data-passkey-status]";

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const text = (buffer) =>
  buffer
    ? btoa(String.fromCharCode(...new Uint8Array(buffer)))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "")
    : null;

const descriptors = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const asked = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user ? { user: { ...options.user, id: bytes(options.user.id) } } : {}),
  excludeCredentials: descriptors(options.excludeCredentials),
  allowCredentials: descriptors(options.allowCredentials),
});

const answered = (credential) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: {
    clientDataJSON: text(credential.response.clientDataJSON),
    ...(credential.response.attestationObject
      ? { attestationObject: text(credential.response.attestationObject) }
      : {
          authenticatorData: text(credential.response.authenticatorData),
          signature: text(credential.response.signature),
          userHandle: text(credential.response.userHandle),
        }),
  },
});

const question = async (form) => {
  if (form.dataset.options) {
    return JSON.parse(document.getElementById(form.dataset.options).textContent);
  }
  const response = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    throw new Error("The portal did not answer.");
  }
  return response.json();
};

const answer = async (form) => {
  const publicKey = asked((await question(form)).publicKey);
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey })
      : await navigator.credentials.get({ publicKey });
  form.elements.credential.value = JSON.stringify(answered(credential));
};

const known = Boolean(globalThis.PublicKeyCredential && navigator.credentials);

for (const words of document.querySelectorAll("[data-passkey-absent]")) {
  words.hidden = known;
  // The style sheet hides these words wherever there is script; here they are needed all the same.
  words.toggleAttribute("data-passkey-absent", known);
}
for (const form of document.querySelectorAll("form[data-passkey=get]")) {
  form.hidden = !known;
}

if (known) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    let busy = false;
    form.addEventListener("submit", async (event) => {
      const name = form.elements.name;
      // Without a name the server says what is missing; a passkey would be made for nothing.
      if (form.dataset.passkey === "create" && !name.value.trim()) {
        return;
      }
      event.preventDefault();
      if (busy) {
        return;
      }
      busy = true;
      form.querySelector(STATUS).textContent = "";
      try {
        await answer(form);
        form.submit();
      } catch {
        // Turned down by the person, or by the device: nothing is lost, and she may try again.
        form.querySelector(STATUS).textContent = form.dataset.failed;
      } finally {
        busy = false;
      }
    });
  }
}

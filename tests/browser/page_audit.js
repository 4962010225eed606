// Stands in every frame before its first script, and is asked afterwards what became of the page.
// `noteTrouble` is the test's; see page_audit.py.
(() => {
  const note = (text) => window.noteTrouble(`${text} in ${window.location.href}`);

  // What the hostile texts try to set; they find no window in which it is a plain variable.
  Object.defineProperty(window, "ran", { get() {}, set: () => note("a script ran") });

  const PROTOTYPES = [Object, Array, String, Function, Node, Element, HTMLElement, Document, Window];
  const membersOf = (type) => Reflect.ownKeys(type.prototype).map(String).join();
  const members = PROTOTYPES.map(membersOf);

  // For what a page starts and does not wait for: frames, pictures, addresses that are scripts.
  const SETTLING_MILLISECONDS = 200;
  const settle = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  const EVENTS = {
    MouseEvent: ["mouseover", "mouseenter", "mousemove", "mousedown", "mouseup", "click", "dblclick",
      "auxclick", "contextmenu", "mouseout", "mouseleave"],
    PointerEvent: ["pointerover", "pointerdown", "pointermove", "pointerup"],
    KeyboardEvent: ["keydown", "keypress", "keyup"],
    FocusEvent: ["focus", "focusin", "blur"],
    DragEvent: ["dragstart", "dragover", "drop"],
    ClipboardEvent: ["copy", "cut", "paste"],
    Event: ["load", "error", "toggle", "beforetoggle", "input", "change", "submit", "scroll", "wheel",
      "animationstart", "transitionend", "begin", "end"],
  };

  // The names of an element and its parents, each with its attributes: what it is, not what it says.
  function signature(element, known) {
    if (!known.has(element)) {
      const names = element.getAttributeNames().sort().join(" ");
      const parent = element.parentElement ? `${signature(element.parentElement, known)} > ` : "";
      known.set(element, `${parent}${element.nodeName}[${names}]`);
    }
    return known.get(element);
  }

  const start = (element) => element.outerHTML.slice(0, 150);

  // Whether a fragment says the same after being written and read again.
  function isStable(body) {
    const holder = document.createElement("div");
    const template = document.createElement("template");
    const wrap = (nodes) => {
      const copy = body.cloneNode(false);
      copy.append(...nodes);
      return copy;
    };
    let html = body.innerHTML;
    for (let round = 0; round < 2; round += 1) {
      template.innerHTML = html;
      holder.innerHTML = html;
      html = holder.innerHTML;
      const fromTemplate = wrap(document.importNode(template.content, true).childNodes);
      if (!fromTemplate.isEqualNode(body) || !wrap(holder.childNodes).isEqualNode(body)) {
        return false;
      }
    }
    return true;
  }

  function* faultsOfElement(element, allowed, origins) {
    const names = allowed.attributes[element.localName];
    if (element.namespaceURI !== "http://www.w3.org/1999/xhtml" || !names) {
      yield `an element in a post: ${start(element)}`;
      return;
    }
    for (const { name, value } of element.attributes) {
      if (!names.includes(name)) {
        yield `an attribute ${name} in a post: ${start(element)}`;
      } else if (name === "class" && !value.split(" ").every((one) => allowed.classes[element.localName].includes(one))) {
        yield `a class in a post: ${start(element)}`;
      }
    }
    // Without an address it is no link: the sanitiser takes away what no browser can read.
    const isLink = element.localName === "a" && element.hasAttribute("href");
    if (isLink && !allowed.schemes.includes(element.protocol.slice(0, -1))) {
      yield `a scheme in a post: ${start(element)}`;
    }
    if (isLink && element.rel !== allowed.relation) {
      yield `a link without its relation: ${start(element)}`;
    }
    if (element.localName === "img" && !origins.includes(new URL(element.src).origin)) {
      yield `an image from elsewhere: ${start(element)}`;
    }
  }

  function* faultsOfBody(body, allowed, origins) {
    for (const element of body.querySelectorAll("*")) {
      yield* faultsOfElement(element, allowed, origins);
    }
    if (document.createNodeIterator(body, NodeFilter.SHOW_COMMENT).nextNode()) {
      yield `a comment in a post: ${start(body)}`;
    }
    if (!isStable(body)) {
      yield `a text that changes when it is read again: ${start(body)}`;
    }
  }

  // Where a page leads and what it sends is on this site, except for links in posts.
  function* faultsOfAddresses(element, origins) {
    for (const name of ["href", "src", "action", "formaction"]) {
      const value = element.getAttribute(name);
      if (value !== null && !origins.includes(new URL(value, document.baseURI).origin)) {
        yield `an address of elsewhere: ${start(element)}`;
      }
    }
  }

  window.pageAudit = Object.freeze({
    // Touches everything that people wrote, in all ways in which one can.
    poke() {
      const [title, place] = [document.title, window.location.href];
      const follows = (event) => {
        const link = event.target.closest?.("a");
        // Following a link is what links are for; what looks like one and is none goes its way.
        if (link && ["http:", "https:", "mailto:"].includes(link.protocol)) {
          event.preventDefault();
        }
      };
      document.addEventListener("click", follows, true);
      for (const element of document.querySelectorAll(".post-body, .post-body *, bdi *, .snippet *")) {
        if (element.tabIndex >= 0) {
          element.focus();
        }
        for (const [type, names] of Object.entries(EVENTS)) {
          for (const name of names) {
            element.dispatchEvent(new window[type](name, { bubbles: true, cancelable: true }));
          }
        }
        element.click?.();
      }
      document.removeEventListener("click", follows, true);
      if (document.title !== title || window.location.href !== place) {
        note(`the page became ${document.title} at ${window.location.href}`);
      }
    },

    async pokeAndSettle() {
      window.pageAudit.poke();
      await settle(SETTLING_MILLISECONDS);
    },

    // The site's own frames and buttons around code go first, if they are just what code.js makes.
    takeCopyButtonsAway() {
      for (const frame of document.querySelectorAll(".post-body div")) {
        const [block, button] = frame.children;
        const made = document.querySelector("template[data-copy-button]")?.content.firstElementChild;
        const untouched = button?.cloneNode(true);
        // It may say already how the copying went.
        const words = untouched?.firstElementChild;
        if (words && [button.dataset.copied, button.dataset.notCopied].includes(words.textContent)) {
          words.textContent = button.dataset.copy;
        }
        const isOurs =
          frame.outerHTML.startsWith('<div class="code-block"><pre') &&
          frame.childNodes.length === 2 &&
          block?.localName === "pre" &&
          made !== undefined &&
          untouched?.outerHTML === made.outerHTML;
        if (isOurs) {
          frame.replaceWith(block);
        }
      }
    },

    // What stands on the page: the faults, and the signatures of all that is not in a post.
    look(allowed, origins) {
      const faults = [];
      const signatures = new Set();
      const known = new Map();
      window.pageAudit.takeCopyButtonsAway();
      for (const element of document.querySelectorAll("*")) {
        if (!element.parentElement?.closest(".post-body")) {
          signatures.add(signature(element, known));
          faults.push(...faultsOfAddresses(element, origins));
        }
      }
      for (const body of document.querySelectorAll(".post-body")) {
        faults.push(...faultsOfBody(body, allowed, origins));
      }
      PROTOTYPES.forEach((type, index) => {
        if (membersOf(type) !== members[index]) {
          faults.push(`the prototype of ${type.name} is another one`);
        }
      });
      const posts = document.querySelectorAll(".post-body").length;
      return { faults, signatures: [...signatures], posts };
    },

    // The same for whole documents, one after the other in a frame.
    async lookThrough(documents, allowed, origins) {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      const results = [];
      for (const html of documents) {
        const page = frame.contentDocument;
        // Written instead of loaded: read by the same parser, its scripts run, in a fifth of the time.
        page.open();
        page.write(html);
        page.close();
        while (page.readyState !== "complete") {
          await new Promise((resolve) => page.addEventListener("readystatechange", resolve));
        }
        frame.contentWindow.pageAudit.poke();
        results.push(frame.contentWindow.pageAudit.look(allowed, origins));
        // What was started is begun before the next document takes its place.
        await settle(0);
      }
      await settle(SETTLING_MILLISECONDS);
      frame.remove();
      return results;
    },
  });
})();

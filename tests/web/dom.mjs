// As much of a document as `markdown.js` needs, so that what it makes can be compared as text in Node. What a real
// browser does with it is tested in `../browser/hostile.mjs`.

class FakeNode {
  /** @param {string} text */
  constructor(text = "") {
    /** @type {(FakeNode | string)[]} */
    this.children = [];
    this.text = text;
  }

  /** @param {(FakeNode | string)[]} added */
  append(...added) {
    for (const each of added) {
      if (each instanceof FakeFragment) this.children.push(...each.children);
      else this.children.push(each);
    }
  }

  hasChildNodes() {
    return this.children.length > 0;
  }

  set textContent(/** @type {string} */ text) {
    this.children = [text];
  }

  get textContent() {
    return this.text + this.children.map((each) => (typeof each === "string" ? each : each.textContent)).join("");
  }

  /** @returns {string} */
  get html() {
    return (
      escaped(this.text) + this.children.map((each) => (typeof each === "string" ? escaped(each) : each.html)).join("")
    );
  }
}

class FakeFragment extends FakeNode {}

class FakeElement extends FakeNode {
  /** @param {string} name */
  constructor(name) {
    super();
    this.name = name;
    /** @type {Map<string, string>} */
    this.attributes = new Map();
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setAttribute(name, value) {
    this.attributes.set(name, value);
  }

  get html() {
    const attributes = [...this.attributes].map(([name, value]) => ` ${name}="${escaped(value)}"`).join("");
    const inner = super.html;
    return this.name === "br" ? "<br>" : `<${this.name}${attributes}>${inner}</${this.name}>`;
  }
}

// Properties that a browser reflects as attributes.
for (const [property, attribute] of [
  ["href", "href"],
  ["target", "target"],
  ["rel", "rel"],
  ["tabIndex", "tabindex"],
]) {
  Object.defineProperty(FakeElement.prototype, property ?? "", {
    /** @this {FakeElement} @param {unknown} value */
    set(value) {
      this.setAttribute(attribute ?? "", String(value));
    },
  });
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export const fakeDocument = {
  baseURI: "https://portavoz.example/",
  createElement: (/** @type {string} */ name) => new FakeElement(name),
  createDocumentFragment: () => new FakeFragment(),
  createTextNode: (/** @type {string} */ text) => new FakeNode(text),
};

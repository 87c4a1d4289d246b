// What is asked of the search: small words of Portuguese find everything, and the code of a rule is all of its parts.
(function () {
  const SMALL = new Set("a o as os e de do da dos das em no na nos nas um uma por para com que se ao à às não ou".split(" "));

  function asked(text) {
    const words = text.split(/\s+/).filter((word) => word && !SMALL.has(word.toLowerCase()));
    if (!words.length || text.includes('"')) return text;
    return words.map((word) => (/^\w+(-\w+)+$/.test(word) ? word.split("-").map((part) => `+${part}`).join(" ") : word)).join(" ");
  }

  const send = window.Worker.prototype.postMessage;
  window.Worker.prototype.postMessage = function (message, ...others) {
    const question = message?.type === 2 && typeof message.data === "string";
    return send.call(this, question ? { ...message, data: asked(message.data) } : message, ...others);
  };
})();

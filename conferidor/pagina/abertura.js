// Runs even where modules do not (a folder opened by file://, an old browser): it says why, or starts the page.
(function () {
  "use strict";

  function tell(text) {
    var place = document.getElementById("aviso");
    place.textContent = text;
    place.hidden = false;
    document.getElementById("entrada").hidden = true;
  }

  // A file let go of before the page is ready is kept in its field; without this the browser would leave the page for it.
  addEventListener("dragover", function (event) {
    event.preventDefault();
  });
  addEventListener("drop", function (event) {
    var field = document.getElementById("escolher");
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change"));
  });

  if (location.protocol === "file:") {
    tell(
      "Esta pasta foi aberta direto do disco, e assim o navegador não deixa a página carregar o conferidor. " +
        "Abra-a por um endereço: na pasta, rode «python -m http.server 8080» e visite http://localhost:8080, " +
        "ou use o endereço em que o seu município a publicou.",
    );
  } else if (typeof WebAssembly !== "object" || typeof Worker !== "function" || typeof BigInt !== "function") {
    tell(
      "Este navegador não tem WebAssembly, de que o conferidor precisa (ou ele está desligado por política de " +
        "segurança). Use uma versão atual do Firefox, Chrome, Edge ou Safari.",
    );
  } else {
    import("./app.js").catch(function () {
      tell("O conferidor não pôde ser carregado. Recarregue a página; se estiver sem rede, visite-a uma vez com rede.");
    });
  }
})();

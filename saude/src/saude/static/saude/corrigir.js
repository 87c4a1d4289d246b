// Corrigir inconsistência: each field is checked when it is left.

import { checkOnLeaving } from "./conferir.js";
import { begun } from "./inicio.js";

const form = document.getElementById("form-corrigir");
if (form) checkOnLeaving(form);

begun("corrigir");

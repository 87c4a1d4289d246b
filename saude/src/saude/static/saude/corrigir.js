// Corrigir inconsistência: each field is checked when it is left.

import { checkOnLeaving } from "./conferir.js";

const form = document.getElementById("form-corrigir");
if (form) checkOnLeaving(form);

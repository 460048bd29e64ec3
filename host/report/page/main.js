// Puts the page together.

/** Everything that depends on the condition that is looked at. */
function showAll() {
  showAnswer();
  showConditions();
  showPinned();
  if (varying.length) moveMapTo(condition().focus);
  showSpread();
  showDays();
  showTraffic();
  showSure();
  showEffects();
  redraw();
}

applyTheme();
wireConditions();
wireFront();
wireMap();
wireSure();
showProvenance();
showAll();

// Runs before the page is drawn: style sheets fold the menu only where a script can unfold it.
document.documentElement.classList.add("scripting");

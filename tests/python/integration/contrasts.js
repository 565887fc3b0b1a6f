// Every text in view, with its contrast to what it stands on (WCAG 2: 1 to 21); the least where there are several.
() => {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).slice(0, 3)
      .map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const clear = (colour) => channels(colour)[3] === 0;
  const grounds = (element) => {
    const found = [];
    for (let at = element; at; at = at.parentElement) {
      const {backgroundColor, backgroundImage} = getComputedStyle(at);
      found.push(...(backgroundImage.match(/rgba?\([^)]*\)/g) || []).filter((colour) => !clear(colour)));
      if (!clear(backgroundColor)) return [...found, backgroundColor];
    }
    return found;
  };
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const ratios = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, element = text.parentElement;
    if (!text.data.trim() || !element.checkVisibility() || element.closest("script")) continue;
    const style = getComputedStyle(element);
    const colour = element instanceof SVGElement ? style.fill : style.color;
    ratios.push([text.data, Math.min(...grounds(element).map((ground) => ratio(colour, ground)))]);
  }
  return ratios;
}

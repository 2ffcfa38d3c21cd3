// The rules that the HTML of each page keeps; tests/journeys/looking.py runs html-validate with them.
export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // The help line's number is what an agency typed into its settings; the style sheet keeps it on one line.
    "tel-non-breaking": "off",
    // 70 letters are what lists of search engines show. Ours begin with the page's own words and end with the portal's name,
    // which is longer in Spanish; a tab or a screen reader says the beginning first.
    "long-title": ["error", { maxlength: 120 }],
  },
};

// The rules that the HTML of each page keeps; tests/journeys/looking.py runs html-validate with them.
export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // The help line's number is what an agency typed into its settings; the style sheet keeps it on one line.
    "tel-non-breaking": "off",
  },
};

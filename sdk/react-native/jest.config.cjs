const shared = {
  preset: "react-native",
  // The page of a story is written with the browser's package, beside this one.
  modulePaths: ["<rootDir>/node_modules"],
  moduleNameMapper: { "^@portico/react-native$": "<rootDir>/src" },
  transformIgnorePatterns: ["node_modules/(?!(react-native|@react-native|react-native-webview)/)"],
};

module.exports = {
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/test/unit/**/*.test.{ts,tsx}"],
      setupFiles: ["<rootDir>/test/support/native-module.ts"],
    },
    {
      ...shared,
      displayName: "story",
      testMatch: ["<rootDir>/test/story/**/*.test.{ts,tsx}"],
      setupFiles: ["<rootDir>/test/support/native-module.ts", "<rootDir>/test/support/network.ts"],
    },
  ],
};

const preset = "react-native";

module.exports = {
  projects: [
    {
      displayName: "unit",
      preset,
      testMatch: ["<rootDir>/test/unit/**/*.test.{ts,tsx}"],
      transformIgnorePatterns: ["node_modules/(?!(react-native|@react-native|react-native-webview)/)"],
      setupFiles: ["<rootDir>/test/support/native-module.ts"],
    },
    {
      displayName: "story",
      preset,
      testMatch: ["<rootDir>/test/story/**/*.test.{ts,tsx}"],
      transformIgnorePatterns: ["node_modules/(?!(react-native|@react-native|react-native-webview)/)"],
      setupFiles: ["<rootDir>/test/support/native-module.ts", "<rootDir>/test/support/network.ts"],
    },
  ],
};

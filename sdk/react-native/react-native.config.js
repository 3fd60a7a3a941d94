module.exports = {
  dependency: {
    platforms: {
      android: {
        packageImportPath: "import dev.portico.reactnative.PorticoPackage;",
        packageInstance: "new PorticoPackage()",
      },
    },
  },
};

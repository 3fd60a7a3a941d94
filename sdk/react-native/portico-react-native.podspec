require "json"

package = JSON.parse(File.read(File.join(__dir__, "package.json")))

Pod::Spec.new do |s|
  s.name = "portico-react-native"
  s.version = package["version"]
  s.summary = package["description"]
  s.license = package["license"]
  s.authors = "Portico"
  s.homepage = "https://portico.example"
  s.platforms = { :ios => "15.1" }
  s.source = { :path => "." }
  s.source_files = "ios/**/*.{h,mm,swift}"
  s.swift_version = "5.9"
  s.frameworks = "WebKit", "CryptoKit"
  install_modules_dependencies(s)
end

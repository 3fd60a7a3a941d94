Pod::Spec.new do |s|
  s.name             = 'portico_flutter'
  s.version          = '0.1.0'
  s.summary          = 'One sign-in for every mini-program of a super app.'
  s.homepage         = 'https://portico.example'
  s.license          = { :type => 'Apache-2.0', :file => '../LICENSE' }
  s.author           = 'The Portico maintainers'
  s.source           = { :path => '.' }
  s.source_files     = 'portico_flutter/Sources/portico_flutter/**/*.swift'
  s.resource_bundles = { 'portico_flutter_privacy' => ['portico_flutter/Sources/portico_flutter/PrivacyInfo.xcprivacy'] }
  s.dependency 'Flutter'
  s.dependency 'webview_flutter_wkwebview'
  s.platform         = :ios, '14.0'
  s.swift_version    = '5.9'
end

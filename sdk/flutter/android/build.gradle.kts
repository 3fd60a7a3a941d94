group = "dev.portico.flutter"
version = "0.1.0"

plugins {
    id("com.android.library")
    id("org.jetbrains.kotlin.android")
}

android {
    namespace = "dev.portico.flutter"
    compileSdk = 35

    defaultConfig {
        minSdk = 21
        // An app names its own: manifestPlaceholders["porticoRedirectScheme"] = "org.example.superapp"
        manifestPlaceholders["porticoRedirectScheme"] = "dev.portico.unset"
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    kotlinOptions {
        jvmTarget = "17"
    }
}

dependencies {
    implementation("androidx.webkit:webkit:1.12.1")
}

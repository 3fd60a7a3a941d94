//! What validating costs: `PORTICO_BIN=… cargo run --release -p portico-sdk --example measure`.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use portico_sdk::Portico;

#[path = "../tests/suite/house.rs"]
#[expect(dead_code, reason = "the stories have more of it")]
mod house;

const ROUNDS: usize = 5;
const TOKENS: usize = 2_000;
const WARM: u32 = 400_000;

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "its figures are what it is for")]
async fn main() -> Result<(), Box<dyn Error>> {
    let house = house::House::new("http://127.0.0.1:9/logout").await;
    let person = house.sign_in("ana").await;
    let mut tokens = Vec::new();
    for _ in 0..TOKENS {
        tokens.push(house.launch(&person).await);
    }
    let (mut warm, mut cold, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let portico = house.portico();
        portico.caught_up().await;
        // The keys are read with the first.
        portico.validate(&house.launch(&person).await).await?;
        cold.push(once_each(&portico, &tokens).await?);
        warm.push(again_and_again(&portico, &tokens[0]).await?);
        bare.push(signature_checks(tokens[0].as_bytes())?);
    }
    println!("validate, warm:  {:>7.2} µs", median(warm));
    println!("validate, cold:  {:>7.2} µs", median(cold));
    println!("Ed25519 verify:  {:>7.2} µs, by AWS-LC alone, over the same bytes", median(bare));
    Ok(())
}

async fn once_each(portico: &Portico, tokens: &[String]) -> Result<Duration, portico_sdk::Error> {
    let begun = Instant::now();
    for token in tokens {
        black_box(portico.validate(token).await?);
    }
    let each = begun.elapsed() / u32::try_from(tokens.len()).unwrap_or(u32::MAX);
    assert!(portico.is_local(), "Portico was asked");
    Ok(each)
}

async fn again_and_again(portico: &Portico, token: &str) -> Result<Duration, portico_sdk::Error> {
    let begun = Instant::now();
    for count in 0..WARM {
        black_box(portico.validate(black_box(token)).await?);
        // The feed is followed on this thread too.
        if count % 10_000 == 0 {
            tokio::task::yield_now().await;
        }
    }
    Ok(begun.elapsed() / WARM)
}

/// What one check of a signature takes, whoever asks for it.
fn signature_checks(message: &[u8]) -> Result<Duration, aws_lc_rs::error::Unspecified> {
    let key = Ed25519KeyPair::generate()?;
    let signature = key.sign(message);
    let public = UnparsedPublicKey::new(&ED25519, key.public_key().as_ref().to_vec());
    let begun = Instant::now();
    for _ in 0..TOKENS {
        public.verify(black_box(message), signature.as_ref())?;
    }
    Ok(begun.elapsed() / u32::try_from(TOKENS).unwrap_or(u32::MAX))
}

fn median(mut figures: Vec<Duration>) -> f64 {
    figures.sort_unstable();
    figures[figures.len() / 2].as_secs_f64() * 1e6
}

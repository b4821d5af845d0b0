'use client'
import { useRouter } from 'next/navigation'

export function DeleteButton({ url, filename }: { url: string; filename: string }) {
  const router = useRouter()
  const remove = async () => {
    await fetch(url, { method: 'DELETE' })
    router.refresh()
  }
  return (
    <button onClick={remove} aria-label={`Delete ${filename}`}>
      Delete
    </button>
  )
}
